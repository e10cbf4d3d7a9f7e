"""Whether the bridge is up, and what it consists of."""

from functools import cache
from importlib.metadata import version
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..isolation.stats import PluginStats
from ..messages import new_id
from ..pipeline import Pipeline
from ..plugins import Plugin


async def hello(_: Request) -> JSONResponse:
    """Up; what clients probe at their start."""
    return _found(_itself())


async def status(request: Request) -> JSONResponse:
    """Version, plugins in their order what they did, transports and what they lack. Asks nobody, tells no secret."""
    pipeline: Pipeline = request.app.state.generations.pipeline
    lacks = {name: [finding.text for finding in one.missing()] for name, one in pipeline.transports.items()}
    return _found(
        {
            "status": "ok",
            **_itself(),
            "demo": request.app.state.demo,
            "plugins": [_plugin(plugin, pipeline) for plugin in pipeline.plugins],
            "transports": {name: {"ready": not texts, "missing": texts} for name, texts in lacks.items()},
        }
    )


@cache
def _itself() -> dict[str, str]:
    """What answers; reading a version parses all of a distribution's metadata."""
    return {"name": "claude-gemini-bridge", "version": version("claude-gemini-bridge")}


def _found(said: dict[str, Any]) -> JSONResponse:
    return JSONResponse(said, headers={"request-id": new_id("req")})


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
