"""Schemas of tools."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from .values import Json, json_values, words

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_LEAVES: tuple[Json, ...] = (
    {"type": "string"},
    {"type": "string", "format": "uri", "minLength": 1},
    {"type": "string", "pattern": "^[a-z]+$"},
    {"type": "integer", "minimum": 0, "exclusiveMaximum": 9_007_199_254_740_991},
    {"type": "number", "multipleOf": 0.5},
    {"type": "boolean", "default": False},
    {"type": ["string", "null"]},
    {"enum": ["a", 1, None]},
    {"const": "only"},
    {"$ref": "#/$defs/Shared"},
    {"type": "object"},
    {"type": "array"},
    {},
)
_SHARED: Json = {"Shared": {"type": "object", "properties": {"again": {"$ref": "#/$defs/Shared"}}}}
_MEMBERS = ("command", "file_path", "$ref", "type", "properties", "größe", "a.b", "2")
"""Names of arguments, also such as look like words of JSON Schema."""


@cache
def schemas() -> SearchStrategy[Json]:
    """The `input_schema` of tools: objects of any depth, unions, references, and words nobody asked for."""
    return st.builds(_tool_schema, _objects(_inner()), st.booleans(), st.booleans())


def _tool_schema(schema: Json, has_dialect: bool, has_shared: bool) -> Json:  # noqa: FBT001 - drawn
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"} if has_dialect else {}
    refers = has_shared or "#/$defs/" in repr(schema)
    return {**dialect, **schema, **({"$defs": _SHARED} if refers else {})}


def _inner() -> SearchStrategy[Json]:
    return st.recursive(st.sampled_from(_LEAVES), _nested, max_leaves=4)


def _nested(inner: SearchStrategy[Json]) -> SearchStrategy[Json]:
    described = st.builds(lambda schema, text: {**schema, "description": text}, inner, words())
    unions = st.builds(
        lambda word, some: {word: some},
        st.sampled_from(["anyOf", "oneOf", "allOf"]),
        st.lists(inner, min_size=1, max_size=2),
    )
    lists = st.builds(lambda items: {"type": "array", "items": items}, inner)
    maps = st.builds(lambda values: {"type": "object", "additionalProperties": values}, inner)
    return st.one_of(described, unions, lists, maps, _objects(inner))


@st.composite
def _objects(draw: st.DrawFn, inner: SearchStrategy[Json]) -> Json:
    properties: Json = draw(st.dictionaries(st.sampled_from(_MEMBERS), inner, max_size=3))
    schema: Json = {"type": "object", "properties": properties}
    if properties and draw(st.sampled_from([False, True])):
        schema["required"] = draw(st.lists(st.sampled_from(sorted(properties)), unique=True))
    if draw(st.booleans()):
        schema["additionalProperties"] = False
    if draw(st.sampled_from([False, False, False, True])):
        schema["examples"] = [draw(json_values())]
    return schema
