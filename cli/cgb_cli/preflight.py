"""What a configuration comes to, found out before anything is served."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cgb.errors import ApiError, ConfigError
from cgb.pipeline import Pipeline
from cgb.plugins import load, select

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cgb.config import Config
    from cgb.plugins import Plugin
    from cgb.transport import Finding, Route, Target

FAMILIES = {
    "opus": "claude-opus-5-5",
    "sonnet": "claude-sonnet-5",
    "haiku": "claude-haiku-4-5",
    "fable": "claude-fable-5",
}
"""For each family of Claude's models, the name by which Claude Code asks for it."""


@dataclass(frozen=True, slots=True)
class Way:
    """Where requests for a model go; without a route, `problem` says why."""

    model: str
    route: Route | None = None
    target: Target | None = None
    problem: str = ""

    def __str__(self) -> str:
        return str(self.route) if self.route else self.problem


@dataclass(frozen=True, slots=True)
class Preflight:
    """The plugins in order, where models go, and what the transports on the way lack."""

    plugins: tuple[Plugin, ...]
    ways: Mapping[str, Way]
    lacking: tuple[Finding, ...]

    def demand_nothing(self) -> None:
        """See that the transports have all they need.

        Raises:
            ConfigError: one of them lacks something: says what, and the fix.
        """
        for finding in self.lacking:
            raise ConfigError(f"{finding.text}: {finding.fix}")


def preflight(config: Config, models: Mapping[str, str] = FAMILIES) -> Preflight:
    """Open the pipeline once and ask where these models go; asks nobody upstream.

    Raises:
        ConfigError, PluginError: settings or plugins are not as they should be.
    """
    return asyncio.run(_preflight(config, models))


async def _preflight(config: Config, models: Mapping[str, str]) -> Preflight:
    plugins = load(select(config.plugins))
    async with Pipeline.open(plugins, config) as pipeline:
        ways = {label: await way(pipeline, model) for label, model in models.items()}
        return Preflight(plugins, ways, lacking(pipeline, ways))


async def way(pipeline: Pipeline, model: str) -> Way:
    """Where a main request for a model goes."""
    try:
        route = await pipeline.route_of(model)
    except ApiError as error:
        return Way(model, problem=error.message)
    if route.transport not in pipeline.transports:
        return Way(model, problem=f"{route}: no plugin of the list opens this transport")
    return Way(model, route, pipeline.target(route))


def lacking(pipeline: Pipeline, ways: Mapping[str, Way]) -> tuple[Finding, ...]:
    """What the transports these ways lead to need before they can work."""
    names = dict.fromkeys(one.route.transport for one in ways.values() if one.route)
    return tuple(finding for name in names for finding in pipeline.transports[name].missing() if not finding.ok)
