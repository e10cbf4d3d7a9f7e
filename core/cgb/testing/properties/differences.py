"""Where two JSON values differ."""

from __future__ import annotations

from typing import Any

_ABSENT = object()


def first_difference(first: Any, second: Any, path: str = "") -> str:
    """The first place where two JSON values differ, in words; "" where they do not."""
    if first == second:
        return ""
    for name, one, other in _members(first, second):
        if difference := first_difference(one, other, f"{path}.{name}"):
            return difference
    return f"{path.lstrip('.')}: {_shown(first)} became {_shown(second)}".lstrip(": ")


def _members(first: Any, second: Any) -> list[tuple[str | int, Any, Any]]:
    match first, second:
        case dict(), dict():
            names = [*first, *(name for name in second if name not in first)]
            return [(name, first.get(name, _ABSENT), second.get(name, _ABSENT)) for name in names]
        case list(), list() if len(first) == len(second):
            return [(place, one, other) for place, (one, other) in enumerate(zip(first, second, strict=True))]
        case _:
            return []


def _shown(value: Any) -> str:
    return "nothing" if value is _ABSENT else repr(value)
