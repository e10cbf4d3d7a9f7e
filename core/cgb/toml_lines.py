"""On which line of a TOML file a value stands."""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Key: TypeAlias = str | int
"""A step into a table or an array."""

_ENDS = ("", "\n]", "\n]]")
"""What makes a text that ends within an array whole again."""


def spelt(table: Any, keys: Iterable[Key]) -> list[Key]:
    """Those of a validator's steps that the table knows; others lead through what the validator made of its values."""
    found: list[Key] = []
    for key in keys:
        if isinstance(table, Mapping if isinstance(key, str) else list):
            found.append(key)
            table = _inside(table, key)
    return found


def line_of(text: str, table: Sequence[Key], keys: Sequence[Key] = ()) -> int | None:
    """The line, from 1, by which a table's value is there, or what the text has on the way to it.

    tomllib tells no lines, so it is asked how much of the text it takes; None where there is no such table.
    """
    whole = tomllib.loads(text)
    there = [*table, *keys]
    while len(there) > len(table) and not _holds(whole, there):
        there.pop()
    if not _holds(whole, there):
        return None
    lines = text.splitlines(keepends=True)
    return bisect_left(range(len(lines) + 1), x=True, key=lambda count: _holds(_first(lines[:count]), there))


def _first(lines: Sequence[str]) -> Any:
    """What the first lines say, as far as they are whole."""
    for count in range(len(lines), 0, -1):
        for end in _ENDS:
            try:
                return tomllib.loads("".join(lines[:count]) + end)
            except tomllib.TOMLDecodeError:
                continue
    return {}


def _holds(table: Any, keys: Iterable[Key]) -> bool:
    for key in keys:
        table = _inside(table, key)
    return table is not None


def _inside(table: Any, key: Key) -> Any:
    try:
        return table[key]
    except (KeyError, IndexError, TypeError):
        return None
