"""Whether the bridge is up, and what it consists of."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import Request

from ..isolation.stats import PluginStats

if TYPE_CHECKING:
    from ..pipeline import Pipeline
    from ..plugins import Plugin


async def hello() -> dict[str, str]:
    """Up; what clients probe at their start."""
    return {"name": "claude-gemini-bridge", "version": version("claude-gemini-bridge")}


async def status(request: Request) -> dict[str, Any]:
    """Version, plugins in their order what they did, transports and what they lack. Asks nobody, tells no secret."""
    pipeline: Pipeline = request.app.state.generations.pipeline
    lacks = {name: [finding.text for finding in one.missing()] for name, one in pipeline.transports.items()}
    return {
        "status": "ok",
        **await hello(),
        "demo": request.app.state.demo,
        "plugins": [_plugin(plugin, pipeline) for plugin in pipeline.plugins],
        "transports": {name: {"ready": not texts, "missing": texts} for name, texts in lacks.items()},
    }


def _plugin(plugin: Plugin, pipeline: Pipeline) -> dict[str, Any]:
    """Where a plugin comes from, and what it has cost and done wrong since the start."""
    stats = pipeline.stats.get(plugin.name) or PluginStats()
    return {
        "name": plugin.name,
        "from": plugin.distribution,
        "requests": stats.requests,
        "seconds": round(stats.seconds, 6),
        "stream_seconds": round(stats.stream_seconds, 6),
        "errors": dict(stats.errors),
        "slow": dict(stats.slow),
        "dropped": stats.dropped,
    }
