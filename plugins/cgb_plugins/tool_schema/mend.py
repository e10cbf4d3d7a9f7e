"""Arguments that the model wrote in the wrong type, in the right one: only where the schema proves both."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from .judge import Judge, kind_of, types_of

_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,30})(\.\d{1,30})?([eE][+-]?\d{1,3})?")
_WORDS: Final[Mapping[str, Mapping[str, Any]]] = {"boolean": {"true": True, "false": False}, "null": {"null": None}}


def mended(value: Any, judge: Judge) -> Any:
    """The value with every part put right that the schema refuses as it is and takes in exactly one other type.

    A refused value is wrong by the original schema too, since compiling only ever weakens. What cannot be put right
    stays as it is, for the client to refuse; the very same value is returned where nothing was done.
    """
    return value if judge.accepts(value) else _mended(value, judge.resolved())


def _mended(value: Any, judge: Judge) -> Any:
    inner = _inner(value, judge)
    if judge.accepts(inner):
        return inner
    found = [other for other in _others(inner, judge) if judge.accepts(other)]
    different = [other for index, other in enumerate(found) if other not in found[:index]]
    return different[0] if len(different) == 1 else inner


def _inner(value: Any, judge: Judge) -> Any:
    """The value with its members mended; the same object if none was."""
    if isinstance(value, dict) and value:
        members = {name: _member(member, judge.child(name)) for name, member in value.items()}
        kept = {name: member for name, member in members.items() if not _is_spare_null(name, member, judge)}
        return value if len(kept) == len(value) and all(kept[name] is value[name] for name in kept) else kept
    if isinstance(value, list) and value:
        elements = [_member(element, judge.element(index)) for index, element in enumerate(value)]
        return value if all(new is old for new, old in zip(elements, value, strict=True)) else elements
    return value


def _member(value: Any, judge: Judge | None) -> Any:
    return value if judge is None else mended(value, judge)


def _is_spare_null(name: str, value: Any, judge: Judge) -> bool:
    """Whether null stands for "left out": the property takes no null and need not be there."""
    if value is not None or name in judge.schema.get("required", ()):
        return False
    child = judge.child(name)
    return child is not None and not child.accepts(None)


def _others(value: Any, judge: Judge) -> Iterator[Any]:
    """What the value may have been meant to be: in other types, or by one of the alternatives."""
    for branch in judge.schema.get("anyOf", ()):
        yield mended(value, judge.of(branch))
    types = types_of(judge.schema) or tuple(map(kind_of, judge.schema.get("enum", ())))
    if isinstance(value, str):
        yield from _from_text(value, types, judge)
    elif "string" in types and kind_of(value) in {"integer", "number", "boolean"}:
        yield orjson.dumps(value).decode()


def _from_text(text: str, types: tuple[str, ...], judge: Judge) -> Iterator[Any]:
    bare = text.strip()
    for name, words in _WORDS.items():
        if name in types and bare in words:
            yield words[bare]
    if {"integer", "number"} & {*types} and _NUMBER.fullmatch(bare):
        number = float(bare) if set(bare) & set(".eE") else int(bare)
        yield int(number) if isinstance(number, float) and number.is_integer() and abs(number) < 2**53 else number
    if {"array", "object"} & {*types} and bare[:1] in {"[", "{"}:
        try:
            parsed = orjson.loads(bare)
        except orjson.JSONDecodeError:
            return
        yield mended(parsed, judge)
