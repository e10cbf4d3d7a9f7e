"""A schema in, what the target takes out; remembered by content, since every request brings the same tools."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias

import orjson

from .compiled import Compiled, Uncompilable
from .draft import Ledger
from .judge import Judge
from .openapi import openapi
from .subset import Lowered
from .walker import gemini_answer_schema, gemini_json_schema

Purpose: TypeAlias = Literal["tool", "answer"]

_REMEMBERED: Final = 1024
_LEVELS: Final = 128
_LARGEST: Final = 1_000_000
"""Bytes: ten times the largest schema that tools in the wild have."""


def compile_schema(schema: Mapping[str, Any], target_dialect: str, purpose: Purpose = "tool") -> Compiled:
    """The schema in the target's dialect, and the way back for what comes by it.

    Args:
        schema: JSON Schema of any draft, OpenAPI, or something like it.
        target_dialect: `gemini-json-schema`, `openapi`, or `json-schema` for a target that takes it as it is.
        purpose: whether it is a tool's parameters, or the form of an answer, which Gemini takes as JSON Schema only.

    Raises:
        Uncompilable: no call could be right by it, or nothing bounds its size.
    """
    if target_dialect not in {"gemini-json-schema", "openapi"}:
        return Compiled(dict(schema), judge=compile_schema(schema, "gemini-json-schema", purpose).judge)
    dialect = "gemini-json-schema" if purpose == "answer" else target_dialect
    try:
        return _remembered(orjson.dumps(schema), dialect, purpose)
    except orjson.JSONEncodeError:
        return _compiled(_plain(schema, _LEVELS), dialect, purpose)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(content: bytes, dialect: str, purpose: Purpose) -> Compiled:
    if len(content) > _LARGEST:
        raise Uncompilable(f"is {len(content)} bytes long; the most that is translated is {_LARGEST}")
    return _compiled(orjson.loads(content), dialect, purpose)


def _compiled(schema: Any, dialect: str, purpose: Purpose) -> Compiled:
    ledger = Ledger()
    plain = (gemini_json_schema if purpose == "tool" else gemini_answer_schema)(schema, ledger)
    ledger.write()
    lowered = Lowered(plain, None)
    if dialect == "openapi":
        lowered = openapi(plain, ledger)
        ledger.write()
    return Compiled(lowered.schema, tuple(ledger.changes), lowered.schema != schema, lowered.codec, Judge(plain, plain))


def _plain(value: Any, levels: int) -> Any:
    """What orjson refuses: very large numbers, odd types of maps, nesting without end."""
    if isinstance(value, Mapping):
        return {str(key): _plain(child, levels - 1) for key, child in value.items()} if levels else {}
    if isinstance(value, list | tuple):
        return [_plain(child, levels - 1) for child in value] if levels else []
    return value
