"""A schema in, what the target takes out; remembered by content, since every request brings the same tools."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import orjson

from .compiled import Compiled, Weakening
from .openapi import openapi
from .vocabulary import Fields
from .walker import gemini_json_schema

_REMEMBERED: Final = 1024
_LEVELS: Final = 128

_DIALECTS: Final[Mapping[str, Callable[[Any, list[Weakening]], Fields]]] = {
    "gemini-json-schema": gemini_json_schema,
    "openapi": openapi,
}


def compile_schema(schema: Mapping[str, Any], target_dialect: str) -> Compiled:
    """The schema in the target's dialect; unchanged where the target takes whole JSON Schema."""
    if target_dialect not in _DIALECTS:
        return Compiled(dict(schema))
    try:
        return _remembered(orjson.dumps(schema), target_dialect)
    except orjson.JSONEncodeError:
        return _compiled(_plain(schema, _LEVELS), target_dialect)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(content: bytes, dialect: str) -> Compiled:
    return _compiled(orjson.loads(content), dialect)


def _compiled(schema: Any, dialect: str) -> Compiled:
    notes: list[Weakening] = []
    compiled = _DIALECTS[dialect](schema, notes)
    return Compiled(compiled, tuple(notes), changed=compiled != schema)


def _plain(value: Any, levels: int) -> Any:
    """What orjson refuses: very large numbers, odd types of maps, nesting without end."""
    if isinstance(value, Mapping):
        return {str(key): _plain(child, levels - 1) for key, child in value.items()} if levels else {}
    if isinstance(value, list | tuple):
        return [_plain(child, levels - 1) for child in value] if levels else []
    return value
