"""Enumerations of anything, as the OpenAPI subset has them: of strings that are not empty."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from .codec import Words
from .judge import canonical
from .vocabulary import Fields


class Listed(NamedTuple):
    """An enumeration of strings, and what each of them stands for, where it is not itself."""

    schema: Fields
    codec: Words | None


def values_in(schema: Fields) -> list[Any]:
    """The values that a node lists, if it lists any."""
    values: list[Any] = schema["enum"] if "enum" in schema else [schema["const"]] if "const" in schema else []
    return values


def listed(values: Sequence[Any]) -> Listed:
    """Strings stand for themselves, every other value is its JSON text; null is `nullable`."""
    by_key: dict[Any, Any] = {}
    for value in values:
        if value is not None:
            by_key.setdefault(canonical(value), value)
    schema: Fields = {"type": "string", **({"nullable": True} if None in values else {})}
    if not by_key:
        return Listed(schema, None)
    kept = [*by_key.values()]
    words = [value if isinstance(value, str) and value else _json(value) for value in kept]
    if len(set(words)) < len(words):
        words = [*map(_json, kept)]
    schema["enum"] = words
    if words == kept:
        return Listed(schema, None)
    return Listed(schema, Words(dict(zip(by_key, words, strict=True)), dict(zip(words, kept, strict=True))))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
