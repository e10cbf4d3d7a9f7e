"""Find, select, order and check plugins."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pluggy import PluginManager
from pluggy import PluginValidationError as _PluggyError

from .errors import PluginError
from .hooks import HOOKS, Hooks
from .nearest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

GROUP = "cgb"
SETS_GROUP = "cgb.sets"


@dataclass(frozen=True, slots=True)
class Found:
    """An installed plugin or set, not imported: what its distribution's metadata says."""

    name: str
    module: str
    distribution: str
    version: str


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that the list names, imported and checked."""

    name: str
    module: ModuleType
    distribution: str


def installed(group: str = GROUP) -> dict[str, Found]:
    """The installed plugins, or sets, by name; nothing is imported.

    Raises:
        PluginError: two distributions use the same name.
    """
    found: dict[str, Found] = {}
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        one = _found(point)
        other = found.setdefault(one.name, one)
        if other.module != one.module:
            raise PluginError(
                f"two installed plugins are called {one.name!r}: one of {other.distribution}, one of "
                f"{one.distribution}. Uninstall one of them."
            )
    return found


def _found(point: EntryPoint) -> Found:
    dist = point.dist
    return Found(point.name, point.value, dist.name if dist else "?", dist.version if dist else "?")


def select(spec: str) -> tuple[str, ...]:
    """The plugins that a list means, in order: `default,-stream-repair,my-router,./rules.py`.

    Names and sets by comma; `-name` drops; a repeated name moves to its last place; a path to
    a `.py` file is a plugin too.

    Raises:
        PluginError: the list names a plugin or set that is not installed, or drops what is not in it.
    """
    plugins, sets = installed(), installed(SETS_GROUP)
    chosen: dict[str, None] = {}
    for word in filter(None, (word.strip() for word in spec.split(","))):
        if word.startswith("-"):
            _drop(chosen, word[1:])
            continue
        for name in _members(sets[word]) if word in sets else (word,):
            _known(name, plugins, word if word in sets else "")
            chosen.pop(name, None)
            chosen[name] = None
    return tuple(chosen)


def _drop(chosen: dict[str, None], name: str) -> None:
    if name not in chosen:
        raise PluginError(f"the list drops -{name}, which is not in it.{nearest(name, chosen)}")
    del chosen[name]


def _members(found: Found) -> tuple[str, ...]:
    members = _load(found.module, found.name)
    if not isinstance(members, tuple) or not all(isinstance(name, str) for name in members):
        raise PluginError(f"the set {found.name!r} of {found.distribution} is not a tuple of plugin names.")
    return members


def _known(name: str, plugins: dict[str, Found], of_set: str) -> None:
    if name in plugins or _is_path(name):
        return
    whose = f"the set {of_set!r} names" if of_set else "there is"
    raise PluginError(f"{whose} no installed plugin {name!r}.{nearest(name, [*plugins, *installed(SETS_GROUP)])}")


def _is_path(name: str) -> bool:
    return name.endswith(".py")


def _load(value: str, name: str) -> Any:
    """What an entry point's value names: a module, or an attribute of one."""
    module, _, attribute = value.partition(":")
    try:
        loaded: Any = importlib.import_module(module)
        return getattr(loaded, attribute) if attribute else loaded
    except Exception as error:
        raise PluginError(f"plugin {name!r} does not load: {type(error).__name__}: {error}") from error


def _load_file(name: str) -> ModuleType:
    path = Path(name)
    if not path.is_file():
        raise PluginError(f"there is no file {name!r} to load a plugin from.")
    spec = spec_from_file_location(path.stem.replace("-", "_"), path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{name!r} cannot be loaded as a Python file.")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise PluginError(f"plugin {name!r} does not load: {type(error).__name__}: {error}") from error
    return module


def load(names: Iterable[str]) -> tuple[Plugin, ...]:
    """Import and check the plugins of these names.

    Raises:
        PluginError: one of them does not load, or is not what the hooks expect.
    """
    found = installed()
    return tuple(_plugin(name, found) for name in names)


def _plugin(name: str, found: dict[str, Found]) -> Plugin:
    if _is_path(name):
        plugin = Plugin(Path(name).stem.replace("_", "-"), _load_file(name), name)
    else:
        plugin = Plugin(name, _load(found[name].module, name), found[name].distribution)
    check(plugin)
    return plugin


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
            raise PluginError(f"plugin {plugin.name!r} is not what the hooks expect: {error}") from error
    return made


def check(plugin: Plugin) -> None:
    """See that a plugin falls into none of pluggy's traps, where a stage would be ignored in silence.

    Raises:
        PluginError: naming the plugin, what is wrong with it and what was probably meant.
    """
    marked = 0
    for name, member in vars(plugin.module).items():
        options = getattr(member, f"{GROUP}_impl", None)
        if isinstance(options, dict):
            marked += 1
            _check_marked(plugin, name, member, options)
        elif name in HOOKS and callable(member):
            raise PluginError(f"plugin {plugin.name!r}: {name} is not marked @hookimpl, so it would never be called.")
    if not marked:
        raise PluginError(f"plugin {plugin.name!r} implements no hook: mark its functions @hookimpl.")


def _check_marked(plugin: Plugin, name: str, member: Any, options: dict[str, Any]) -> None:
    where = f"plugin {plugin.name!r}: {name}"
    if not inspect.isfunction(member):
        raise PluginError(f"{where} is marked @hookimpl but is no function, so it would never be called.")
    hook = options.get("specname") or name
    if hook not in HOOKS:
        raise PluginError(f"{where} is no hook.{nearest(hook, HOOKS)}")
    if any(options.get(option) for option in ("tryfirst", "trylast", "wrapper", "hookwrapper")):
        raise PluginError(f"{where} asks for tryfirst, trylast or a wrapper: the list of plugins is the only order.")
    allowed = set(inspect.signature(getattr(Hooks, hook)).parameters) - {"self"}
    for argument, parameter in inspect.signature(member).parameters.items():
        if argument not in allowed:
            raise PluginError(f"{where} has no argument {argument!r}.{nearest(argument, allowed)}")
        if parameter.kind is parameter.POSITIONAL_ONLY:
            raise PluginError(f"{where} takes {argument!r} by place only: arguments come by name.")
    if hook == "transform_stream" and not inspect.isasyncgenfunction(member):
        raise PluginError(f"{where} must be an async generator: `async def` with a `yield` in it.")
