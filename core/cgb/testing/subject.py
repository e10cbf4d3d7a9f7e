"""A stranger's plugin, ready to be looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..config import Config
from ..errors import PluginError
from ..hooks import HOOKS
from ..opening import models_of
from ..plugins import load, manager, select
from ..settings import Settings
from ..steps import Step, steps
from .ask import Pluggable, plugin_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..plugins import Plugin


@dataclass(frozen=True, slots=True)
class Subject:
    """A plugin with its settings, and what it claims of itself.

    Attributes:
        steps: its implementation of each hook it implements, in the order a request meets them.
        transparent: whether it leaves alone whatever it has no business with.
        keeps_prefix: whether what it makes of a conversation's beginning stays as the conversation grows.
    """

    plugin: Plugin
    settings: Settings | None
    steps: Mapping[str, Step]
    transparent: bool = False
    keeps_prefix: bool = True

    @classmethod
    def of(
        cls,
        given: Pluggable | str | Path,
        settings: Settings | Config | Mapping[str, Any] | None = None,
        *,
        transparent: bool = False,
        keeps_prefix: bool = True,
    ) -> Subject:
        """The plugin that is meant.

        Args:
            given: a module, a namespace of hooks, the name of an installed plugin, or the path of a `.py` file.
            settings: what its users would set, or all that is configured; its defaults, unless given.
            transparent: what it claims.
            keeps_prefix: what it claims.

        Raises:
            PluginError: it does not load, or is not what the hooks expect.
            ConfigError: it needs other settings.
        """
        plugin = plugin_named(given)
        own = settings if isinstance(settings, Settings) else _settings(plugin, settings)
        hooks = manager([plugin])
        found = {hook: step for hook in HOOKS for step in steps(hooks, hook, {plugin.name: own})}
        return cls(plugin, own, found, transparent=transparent, keeps_prefix=keeps_prefix)

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.plugin.name


def plugin_named(given: Pluggable | str | Path) -> Plugin:
    """One plugin, checked: one that is installed, one of a file, or what `plugin_of` takes.

    Raises:
        PluginError: it does not load, or is not what the hooks expect.
    """
    if not isinstance(given, str | Path):
        return plugin_of(given)
    chosen = select(str(given))
    if len(chosen) != 1:
        raise PluginError(f"{str(given)!r} is not one plugin but {len(chosen)}: name them one by one.")
    return load(chosen)[0]


def _settings(plugin: Plugin, given: Config | Mapping[str, Any] | None) -> Settings | None:
    """Its own settings, by what is configured for it and for nobody else."""
    config = given if isinstance(given, Config) else Config(file={"plugin": {plugin.name: dict(given or {})}})
    table = config.file.get("plugin", {}).get(plugin.name, {})
    models = {name: model for name, model in models_of([plugin]).items() if model}
    return replace(config, file={"plugin": {plugin.name: table}}).plugin_settings(models, [plugin.name])[plugin.name]
