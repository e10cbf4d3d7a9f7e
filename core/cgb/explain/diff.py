"""What differs between two JSON values, path by path."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, TypeAlias

import orjson

_Pair: TypeAlias = tuple[int | None, int | None]
"""The places of one item in the list before and after; None where it is absent."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    Attributes:
        op: what happened there, in the words of JSON Patch (RFC 6902).
        path: where, as a JSON pointer (RFC 6901) into the new value; an item removed from a list has its old place.
        before: what stood there; None where something was added.
        after: what stands there; None where something was removed.
    """

    op: Literal["add", "remove", "replace"]
    path: str
    before: Any = None
    after: Any = None


def diff(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """The differences from one JSON value to another; items of lists are matched by their `name` or as they are."""
    # Not `==`: to Python, 1 and true are equal.
    if _key(before) == _key(after):
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _of_objects(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    else:
        yield Change("replace", path, before, after)


def pointer(path: str, step: str | int) -> str:
    """The pointer to a member of what `path` points to."""
    return f"{path}/{str(step).replace('~', '~0').replace('/', '~1')}"


def _of_objects(before: Mapping[str, Any], after: Mapping[str, Any], path: str) -> Iterator[Change]:
    for name in dict.fromkeys((*before, *after)):
        where = pointer(path, name)
        if name not in after:
            yield Change("remove", where, before=before[name])
        elif name not in before:
            yield Change("add", where, after=after[name])
        else:
            yield from diff(before[name], after[name], where)


def _of_lists(before: Sequence[Any], after: Sequence[Any], path: str) -> Iterator[Change]:
    for old, new in _paired(before, after):
        if new is None and old is not None:
            yield Change("remove", pointer(path, old), before=before[old])
        elif old is None and new is not None:
            yield Change("add", pointer(path, new), after=after[new])
        elif old is not None and new is not None:
            yield from diff(before[old], after[new], pointer(path, new))


def _paired(before: Sequence[Any], after: Sequence[Any]) -> Iterator[_Pair]:
    old, new = _names(before), _names(after)
    if old is not None and new is not None:
        yield from ((place, new.get(name)) for name, place in old.items())
        yield from ((None, place) for name, place in new.items() if name not in old)
        return
    yield from unmatched(before, after)


def _names(items: Sequence[Any]) -> dict[str, int] | None:
    """Where each name stands, if every item has one of its own, as tools have."""
    places = {item["name"]: place for place, item in enumerate(items) if _is_named(item)}
    return places if len(places) == len(items) else None


def _is_named(item: Any) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("name"), str)


def unmatched(before: Sequence[Any], after: Sequence[Any]) -> Iterator[_Pair]:
    """The places where two lists of JSON values differ, when what is equal in both goes together."""
    keys = [*map(_key, before)], [*map(_key, after)]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag != "equal":
            both = min(i2 - i1, j2 - j1)
            yield from ((i1 + place, j1 + place) for place in range(both))
            yield from ((place, None) for place in range(i1 + both, i2))
            yield from ((None, place) for place in range(j1 + both, j2))


def _key(item: Any) -> bytes:
    return orjson.dumps(item, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS)
