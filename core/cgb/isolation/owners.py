"""Whose a hook is: where the plugin comes from, what it may take, and where what it does is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from .stats import HookLimits, PluginStats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..config import ServerSettings
    from ..plugins import Plugin


@dataclass(frozen=True, slots=True)
class Owner:
    """A plugin, as its steps know it.

    Attributes:
        origin: the plugin's distribution and version, or its file.
        stats: where it is counted what the plugin costs and does wrong.
        limits: how long its hooks may take.
    """

    origin: str = ""
    stats: PluginStats = field(default_factory=PluginStats)
    limits: HookLimits = field(default_factory=HookLimits)


def owners_of(plugins: Iterable[Plugin], settings: ServerSettings, stats: dict[str, PluginStats]) -> dict[str, Owner]:
    """The owners of these plugins' steps, by name; figures that are not in `stats` yet are begun there."""
    limits = HookLimits(settings.slow_hook_ms / 1000, settings.hook_timeout_s)
    return {one.name: Owner(_origin(one), stats.setdefault(one.name, PluginStats()), limits) for one in plugins}


def _origin(plugin: Plugin) -> str:
    """Its distribution and version; of a file, its path."""
    try:
        return f"{plugin.distribution} {version(plugin.distribution)}"
    except (PackageNotFoundError, ValueError):
        return plugin.distribution
