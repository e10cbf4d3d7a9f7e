"""All there is to tell of one plugin."""

from __future__ import annotations

import inspect
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, Any

from cgb.errors import CgbError
from cgb.hooks import HOOKS
from cgb.opening import entered, listed, models_of
from cgb.plugins import load, manager, select
from cgb.steps import steps

from .settings_view import settings_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cgb.config import Config
    from cgb.plugins import Plugin
    from cgb.transport import Finding, Model

    from .settings_view import Setting

_HOMES = ("homepage", "home", "repository", "source", "documentation")
"""What projects call the page to look at first, best first."""


@dataclass(slots=True)
class Facts:
    """A plugin as `cgb plugins show` tells of it.

    Attributes:
        hooks: for each hook it implements, whether asynchronously, and its place among the enabled plugins that do.
        settings: None if it takes none, or none that are right.
        transport: whether it opens one.
        missing: what the transport lacks.
        problems: why something is not told.
    """

    plugin: Plugin
    version: str
    home_page: str
    hooks: dict[str, tuple[bool, str]]
    settings: tuple[Setting, ...] | None = None
    transport: bool = False
    missing: Sequence[Finding] = ()
    models: Sequence[Model] = ()
    problems: list[CgbError] = field(default_factory=list)

    @property
    def summary(self) -> str:
        """The first line of the module's docstring."""
        return (inspect.getdoc(self.plugin.module) or "").partition("\n")[0]


async def facts(name: str, config: Config) -> Facts:
    """Import a plugin, open its transport for a moment, and tell of it; asks nobody upstream.

    Args:
        name: of an installed plugin, or a path to a file.
        config: the settings, and the list in which the plugin may have a place.

    Raises:
        PluginError: there is no such plugin, or it does not load.
    """
    problems = []
    enabled: tuple[Plugin, ...] = ()
    try:
        enabled = load(select(config.plugins))
    except CgbError as error:
        problems.append(error)
    plugin = next((one for one in enabled if name == one.item), None) or load([name])[0]
    told = Facts(plugin, *_metadata(plugin.distribution), _hooks(plugin, enabled), problems=problems)
    try:
        await _open(told, config)
    except CgbError as error:
        problems.append(error)
    return told


def _metadata(distribution: str) -> tuple[str, str]:
    """The version and the home page of a distribution; nothing of a file."""
    try:
        found = metadata(distribution)
    except (PackageNotFoundError, ValueError):
        return "", ""
    links = [*(f"Home-page, {url}" for url in found.get_all("Home-page") or ()), *(found.get_all("Project-URL") or ())]
    parts = (link.partition(", ") for link in links)
    pages = {label.lower().replace("-", "").replace(" ", ""): url for label, _, url in parts}
    named = (pages[label] for label in _HOMES if label in pages)
    return found["Version"], next(named, "")


def _hooks(plugin: Plugin, enabled: Sequence[Plugin]) -> dict[str, tuple[bool, str]]:
    own, others = manager([plugin]), manager(enabled)
    found = {}
    for hook in HOOKS:
        for step in steps(own, hook, {}):
            order = [other.plugin for other in steps(others, hook, {})]
            place = f"{order.index(plugin.name) + 1} of {len(order)}" if plugin.name in order else ""
            found[hook] = (_is_async(step.function), place)
    return found


def _is_async(function: Any) -> bool:
    written = inspect.unwrap(function)
    return inspect.iscoroutinefunction(written) or inspect.isasyncgenfunction(written)


async def _open(told: Facts, config: Config) -> None:
    """Tell what only a plugin with settings can: it is opened as a pipeline would."""
    plugin = told.plugin
    settings = config.settings_of(plugin.name, models_of([plugin])[plugin.name])
    if settings is not None:
        told.settings = tuple(settings_in(config, ("plugin", plugin.name), settings))
    own, given = manager([plugin]), {plugin.name: settings}
    models = [model for step in steps(own, "list_models", given) for model in listed(step)]
    async with AsyncExitStack() as stack:
        for step in steps(own, "open_transport", given):
            transport = await entered(stack, step)
            told.transport, told.missing = True, tuple(transport.missing())
            models.extend(transport.models())
    told.models = models
