"""The plugins that a list means."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING

from ..errors import PluginError
from ..nearest import nearest
from .found import SETS_GROUP, Found, installed
from .imports import explained

if TYPE_CHECKING:
    from collections.abc import Mapping


def select(spec: str) -> tuple[str, ...]:
    """The plugins that a list means, in order: `default,-stream-repair,my-router,./rules.py`.

    Names and sets by comma; `-name` drops; a repeated name moves to its last place; a path to
    a `.py` file is a plugin too.

    Raises:
        PluginError: the list names a plugin or set that is not installed, or drops what is not in it.
    """
    sets = installed(SETS_GROUP)
    chosen: dict[str, Found | None] = {}
    for word in filter(None, (word.strip() for word in spec.split(","))):
        if word.startswith("-"):
            _drop(chosen, word[1:].strip())
            continue
        of_set = sets.get(word)
        for name in members(of_set) if of_set else (word,):
            chosen.pop(name, None)
            chosen[name] = of_set
    for name, of_set in chosen.items():
        _known(name, of_set, sets)
    return tuple(chosen)


def members(found: Found) -> tuple[str, ...]:
    """The plugins that an installed set names.

    Raises:
        PluginError: the set does not load, is no tuple of names, or bears a name that something else bears too.
    """
    if plugin := installed().get(found.name):
        raise PluginError(
            f"{found.name!r} is a set of {found.origin} and a plugin of {plugin.origin}. Uninstall one of them."
        )
    _one(found, "set")
    with explained(f"the set {found.name!r} of {found.origin}"):
        named = EntryPoint(found.name, found.module, SETS_GROUP).load()
    if not isinstance(named, tuple) or not all(isinstance(name, str) for name in named):
        raise PluginError(f"the set {found.name!r} of {found.origin} is not a tuple of plugin names.")
    return named


def is_path(name: str) -> bool:
    """Whether an item of a list is a path to a file."""
    return name.endswith(".py")


def _drop(chosen: dict[str, Found | None], name: str) -> None:
    if name not in chosen:
        raise PluginError(f"the list drops -{name}, which is not in it.{nearest(name, chosen)}")
    del chosen[name]


def _known(name: str, of_set: Found | None, sets: Mapping[str, Found]) -> None:
    """See that an item of the list is there to be loaded."""
    plugins = installed()
    if is_path(name):
        return
    if name in plugins:
        _one(plugins[name], "plugin")
    elif of_set:
        raise _lacking(name, of_set, sets)
    elif "/" in name or "\\" in name:
        raise PluginError(f"{name!r} is no plugin: a plugin's file ends in .py.")
    else:
        raise PluginError(f"there is no installed plugin {name!r}.{nearest(name, [*plugins, *sets])}")


def _one(found: Found, what: str) -> None:
    """See that one distribution alone uses the name."""
    if found.rivals:
        whose = ", ".join(f"one of {origin}" for origin in (found.origin, *found.rivals))
        count = {1: "two", 2: "three"}.get(len(found.rivals), "several")
        raise PluginError(f"{count} installed {what}s are called {found.name!r}: {whose}. Uninstall all but one.")


def _lacking(name: str, of_set: Found, sets: Mapping[str, Found]) -> PluginError:
    """What to say of a set that names what is not there."""
    whose = f"the set {of_set.name!r} of {of_set.origin}"
    if name in sets:
        return PluginError(f"{whose} names the set {name!r}, where only plugins can stand.")
    return PluginError(
        f"{whose} names the plugin {name!r}, which is not installed.{nearest(name, installed())} "
        f"Install the package that brings it, or drop it from the list: {of_set.name},-{name}"
    )
