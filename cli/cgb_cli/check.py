"""`cgb check`: whether configuration, plugins, key and connection are as they should be."""

from typing import TYPE_CHECKING

import typer

from .options import ConfigFile, Plugins
from .start import Start

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from cgb.config import Config
    from cgb.pipeline import Pipeline
    from cgb.plugins import Plugin
    from cgb.transport import Finding

    from .preflight import Way


def check(plugins: Plugins = None, config: ConfigFile = None) -> None:
    """Check configuration, plugins, key and connection, and say how to fix what is wrong."""
    import asyncio

    from . import log

    log.setup("warning")
    if not asyncio.run(_check(Start(config, {"plugins": plugins}))):
        raise typer.Exit(1)


async def _check(start: Start) -> bool:
    """Print each finding as it is found; whether all are well."""
    well = True
    async for finding in findings(start):
        show(finding)
        well = well and finding.ok
    return well


def show(finding: "Finding") -> None:
    """Print a finding, and what to do about it where it is a bad one."""
    from rich.text import Text

    from .console import stdout

    mark = ("✓ ", "green") if finding.ok else ("✗ ", "bold red")
    stdout().print(Text.assemble(mark, finding.text), soft_wrap=True)
    if finding.fix and not finding.ok:
        stdout().print(Text(f"  → {finding.fix}"), soft_wrap=True)


async def findings(start: Start) -> "AsyncIterator[Finding]":
    """What there is to say, from the configuration to the answer of a model; stops where going on is pointless."""
    from cgb.errors import CgbError
    from cgb.pipeline import Pipeline
    from cgb.plugins import load, select
    from cgb.transport import Finding

    from . import log

    try:
        config = start.config()
        log.setup(config.server.log_level)
        yield _configuration(config)
        plugins = load(select(config.plugins))
        async with Pipeline.open(plugins, config) as pipeline:
            yield _plugins(plugins)
            async for finding in _upstream(pipeline):
                yield finding
    except CgbError as error:
        yield Finding(ok=False, text=str(error))


def _configuration(config: "Config") -> "Finding":
    from cgb.transport import Finding

    where = f"{config.path} and the environment" if config.path else "the environment, no cgb.toml"
    return Finding(ok=True, text=f"configuration: {where}")


def _plugins(plugins: "tuple[Plugin, ...]") -> "Finding":
    from cgb.transport import Finding

    return Finding(ok=True, text=f"plugins: {' → '.join(plugin.name for plugin in plugins)}")


async def _upstream(pipeline: "Pipeline") -> "AsyncIterator[Finding]":
    """Where the client's models go, whether those transports are ready, and whether the models answer."""
    from .preflight import FAMILIES, lacking, way

    ways = {family: await way(pipeline, model) for family, model in FAMILIES.items()}
    for family, one in ways.items():
        yield _way(family, one)
    for name in dict.fromkeys(one.route.transport for one in ways.values() if one.route):
        for finding in await pipeline.transports[name].check():
            yield finding
    if not lacking(pipeline, ways):
        asked: dict[str, str] = {}
        for one in ways.values():
            asked.setdefault(str(one), one.model)
        for model in asked.values():
            yield await _answer(pipeline, model)


def _way(family: str, way: "Way") -> "Finding":
    from cgb.transport import Finding

    fix = "" if way.route else "Add a plugin that routes it to --plugins."
    return Finding(way.route is not None, f"{family}: {way.model} → {way}", fix)


async def _answer(pipeline: "Pipeline", model: str) -> "Finding":
    from cgb.transport import Finding
    from cgb.trial import try_model

    result = await try_model(pipeline, model)
    went = f"{model} → {' → '.join(map(str, result['routes']))}"
    if result["ok"]:
        return Finding(ok=True, text=f"connection: {went} answered in {result['seconds']} s")
    return Finding(ok=False, text=f"connection: {went} failed with {result['status']}: {result['error']['message']}")
