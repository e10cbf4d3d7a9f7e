"""JSON as lines that people read: shortened, differences as in a unified diff."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

import orjson
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cgb.explain import Change

_LONGEST = 140
_CONTEXT = 30
_MOST_CHANGES = 24
_MOST_ITEMS = 6
_DEEPEST = 5
_INDENT = "    "


def diff_lines(changes: Sequence[Change]) -> Iterator[Text]:
    """A `-` line for what stood there, a `+` line for what stands there."""
    for change in changes[:_MOST_CHANGES]:
        before, after = _apart(change.before, change.after) if change.op == "replace" else (change.before, change.after)
        if change.op != "add":
            yield Text(f"{_INDENT}- {change.path}: {shortened(before)}", "red")
        if change.op != "remove":
            yield Text(f"{_INDENT}+ {change.path}: {shortened(after)}", "green")
    if (more := len(changes) - _MOST_CHANGES) > 0:
        yield Text(f"{_INDENT}… and {more} more changes; --json shows all", "dim")


def json_lines(value: Any) -> Iterator[Text]:
    """A value, its members one a line as far as they need it; what is long, deep or one of many is cut."""
    for line in _lines(value, ""):
        yield Text(f"{_INDENT}{line}")


def shortened(value: Any) -> str:
    """A value in one line: what is too long is cut, and says how long it is."""
    text = _text(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}… ({len(text):,} characters)"


def _text(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _apart(before: Any, after: Any) -> tuple[Any, Any]:
    """Two long texts from shortly before the place where they part."""
    if not isinstance(before, str) or not isinstance(after, str) or max(len(before), len(after)) < _LONGEST:
        return before, after
    same = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    skipped = sum(1 for _ in same) - _CONTEXT
    return (f"…{before[skipped:]}", f"…{after[skipped:]}") if skipped > 0 else (before, after)


def _lines(value: Any, label: str, depth: int = 0) -> Iterator[str]:
    indent = "  " * depth
    if not isinstance(value, dict | list) or depth >= _DEEPEST or len(_text(value)) <= _LONGEST:
        yield f"{indent}{label}{shortened(value)}"
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{indent}{label}{opening}"
    for name, item in _first_members(value):
        yield from _lines(item, name, depth + 1)
    if isinstance(value, list) and (more := len(value) - _MOST_ITEMS) > 0:
        yield f"{indent}  … and {more} more"
    yield f"{indent}{closing}"


def _first_members(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"{name}: ", item) for name, item in value.items())
    else:
        yield from (("", item) for item in value[:_MOST_ITEMS])
