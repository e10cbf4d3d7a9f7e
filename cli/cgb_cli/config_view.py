"""A configuration as TOML with the origin of each value, and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from cgb.errors import CgbError

from .settings_view import origin as origin_of
from .settings_view import settings_in, toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cgb.config import Config
    from cgb.settings import Settings

    from .settings_view import Setting

Piece = tuple[str, str]
"""A text and its style."""

_DEFAULT = "default"
_OWN = {"CGB_PLUGINS", "CGB_CLAUDE", "CGB_START"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table of cgb.toml: its settings, None if it takes none; or the problem with them."""

    name: str
    settings: tuple[Setting, ...] | None = None
    problem: CgbError | None = None


def table(config: Config, place: tuple[str, ...], ask: Callable[[], Settings | None]) -> Table:
    """A table by what there is to ask for its settings."""
    name = ".".join(place)
    try:
        settings = ask()
    except CgbError as error:
        return Table(name, problem=error)
    return Table(name, None if settings is None else tuple(settings_in(config, place, settings)))


def as_toml(config: Config, order: Sequence[str], tables: Sequence[Table]) -> Iterator[Sequence[Piece]]:
    """The lines of a cgb.toml that would say the same, secrets aside, with origins as comments."""
    yield _line("plugins", config.plugins, origin_of(config, ("plugins",)))
    if order:
        yield [(f"# {' → '.join(order)}", "dim")]
    for one in tables:
        yield []
        yield from _table(one)
    told = [*_disabled(config, order), *unused(config, order, tables)]
    if told:
        yield []
        yield from ([(f"# {text}", "yellow")] for text in told)


def _disabled(config: Config, order: Sequence[str]) -> Iterator[str]:
    """What there is to say of the tables of plugins that are not enabled."""
    for name in config.plugin_tables:
        if order and name not in order:
            yield f"{config.at(('plugin', name))}: [plugin.{name}] counts for nothing: it is not enabled"


def unused(config: Config, order: Sequence[str], tables: Sequence[Table]) -> Iterator[str]:
    """What there is to say of the variables that look like cgb's and set nothing: in cgb.toml they would be refused."""
    if not order or any(one.problem for one in tables):
        return  # what might be set is not known
    known = {name for one in tables for setting in one.settings or () for name in setting.variables} | _OWN
    for layer, origin in ((config.environ, "environment"), (config.dotenv, ".env")):
        for name in sorted(layer):
            if name.startswith("CGB_") and name not in known:
                near = get_close_matches(name, known, n=1, cutoff=0.8)
                hint = f" Did you mean {near[0]}?" if near else ""
                yield f"{origin} {name} sets nothing of an enabled plugin.{hint}"


def _table(table: Table) -> Iterator[Sequence[Piece]]:
    if table.problem:
        yield [(f"[{table.name}]", "bold")]
        yield [(f"# {' '.join(str(table.problem).split())}", "red")]
    elif table.settings is None:
        yield [(f"# {table.name} has no settings", "dim")]
    else:
        yield [(f"[{table.name}]", "bold")]
        for one in table.settings:
            yield _line(one.name, one.value, one.origin)


def _line(name: str, value: Any, whence: str) -> Sequence[Piece]:
    is_default = whence == _DEFAULT
    if value is None:
        return [(f"# {name} is not set", "dim")]
    return [(f"{name} = {toml(value)}", "" if is_default else "green"), (f"  # {whence}", "dim" if is_default else "")]


def to_json(config: Config, order: Sequence[str], tables: Sequence[Table]) -> str:
    """All of it as one JSON object."""
    listed = {"value": config.plugins, "origin": origin_of(config, ("plugins",)), "order": order}
    content = {
        "plugins": listed,
        "tables": {one.name: _json(one) for one in tables},
        "unused": list(unused(config, order, tables)),
    }
    return json.dumps(content, indent=2)


def _json(table: Table) -> Any:
    if table.problem:
        return {"error": str(table.problem)}
    return None if table.settings is None else {one.name: one.to_json() for one in table.settings}
