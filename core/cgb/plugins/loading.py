"""Plugins are imported, checked and handed to pluggy, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pluggy import PluginManager
from pluggy import PluginValidationError as _PluggyError

from ..errors import PluginError
from ..hooks import Hooks
from .compatible import demand_api, demand_version
from .found import GROUP, Found, installed
from .imports import explained, import_file, import_value
from .selection import is_path
from .traps import check

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that the list names, imported and checked."""

    name: str
    module: ModuleType
    distribution: str

    @property
    def item(self) -> str:
        """What names it in a list: a file's path is its distribution, too."""
        return self.distribution if is_path(self.distribution) else self.name

    @property
    def named(self) -> str:
        """The plugin and whose it is, for errors: `plugin 'hello' (cgb-hello)`."""
        return f"plugin {self.name!r} ({self.distribution})"


def load(names: Iterable[str]) -> tuple[Plugin, ...]:
    """Import and check the plugins of these names, which `select` gave.

    Raises:
        PluginError: one of them does not load, is not what the hooks expect or is for another version of cgb, or
            two bear the same name.
    """
    found = installed()
    loaded: dict[str, Plugin] = {}
    for name in names:
        plugin = _from_file(name) if is_path(name) else _installed(found[name])
        if other := loaded.get(plugin.name):
            raise PluginError(_same_name(plugin, other))
        check(plugin)
        loaded[plugin.name] = plugin
    return tuple(loaded.values())


def _installed(found: Found) -> Plugin:
    named = f"plugin {found.name!r} ({found.origin})"
    demand_version(found)
    with explained(named):
        module = import_value(found.module)
    demand_api(module, named, found.distribution)
    return Plugin(found.name, module, found.distribution)


def _from_file(name: str) -> Plugin:
    path = Path(name).expanduser()
    if not path.is_file():
        raise PluginError(f"there is no file {name!r} to load a plugin from.")
    with explained(f"plugin {name!r}"):
        module = import_file(path)
    demand_api(module, f"plugin {name!r}", name)
    return Plugin(path.stem.replace("_", "-"), module, name)


def _same_name(plugin: Plugin, other: Plugin) -> str:
    """What to say when a file is called like another plugin of the list: names of installed ones differ."""
    whose = other.distribution if is_path(other.distribution) else f"the one of {other.distribution}"
    return (
        f"two plugins of the list are called {plugin.name!r}: {plugin.distribution} and {whose}. "
        "Rename the file, or drop one of them from the list."
    )


def manager(plugins: Iterable[Plugin]) -> PluginManager:
    """Pluggy's manager with these plugins registered in their order.

    Raises:
        PluginError: a plugin's hook takes an argument that the hook does not give, or has an unknown name.
    """
    made = PluginManager(GROUP)
    made.add_hookspecs(Hooks)
    for plugin in plugins:
        try:
            made.register(plugin.module, plugin.name)
            made.check_pending()
        except (_PluggyError, ValueError) as error:
            raise PluginError(f"{plugin.named} is not what the hooks expect: {error}") from error
    return made
