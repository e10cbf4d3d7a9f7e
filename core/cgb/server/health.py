"""Whether the bridge is up, and what it consists of."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import Request

if TYPE_CHECKING:
    from ..pipeline import Pipeline


async def hello() -> dict[str, str]:
    """Up; what clients probe at their start."""
    return {"name": "claude-gemini-bridge", "version": version("claude-gemini-bridge")}


async def status(request: Request) -> dict[str, Any]:
    """Version, plugins in their order, transports and what they lack. Asks nobody and tells no secret."""
    pipeline: Pipeline = request.app.state.generations.pipeline
    lacks = {name: [finding.text for finding in one.missing()] for name, one in pipeline.transports.items()}
    return {
        "status": "ok",
        **await hello(),
        "demo": request.app.state.demo,
        "plugins": [{"name": plugin.name, "from": plugin.distribution} for plugin in pipeline.plugins],
        "transports": {name: {"ready": not texts, "missing": texts} for name, texts in lacks.items()},
    }
