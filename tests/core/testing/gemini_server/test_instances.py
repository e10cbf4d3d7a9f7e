import copy
import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cgb.testing.gemini_server.instances import example

DRAFT = jsonschema.Draft202012Validator
NASTY = [
    {"type": "object", "properties": {"a": {"type": "string"}, "b": {}}, "required": ["a"]},
    {"type": "object", "required": ["nowhere"]},
    {"type": "object", "required": ["x"], "properties": {"x": {"$ref": "#/$defs/A"}}, "$defs": {"A": {"enum": [3]}}},
    {"required": ["x"], "properties": {"x": {"$ref": "#a"}}, "$defs": {"A": {"$anchor": "a", "const": 7}}},
    {"$ref": "#/$defs/a~1b%20c", "$defs": {"a/b c": {"type": "integer", "minimum": 5}}},
    {
        "$defs": {
            "Node": {
                "type": "object",
                "required": ["value", "next"],
                "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}},
            }
        },
        "$ref": "#/$defs/Node",
    },
    {"type": ["null", "integer"], "exclusiveMinimum": 3, "multipleOf": 5},
    {"type": "integer", "minimum": 2.5, "maximum": 3.5},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": "integer", "maximum": -7},
    {"type": "integer", "exclusiveMaximum": 0},
    {"type": "number", "exclusiveMinimum": 0.5, "maximum": 0.75},
    {"type": "string", "minLength": 30},
    {"type": "string", "maxLength": 2},
    {"type": "string", "pattern": "^[A-Z]{3}-\\d{2,4}$"},
    {"type": "string", "pattern": "^(foo|bar)_[^a-z]+\\.(?:js|ts)$", "minLength": 20},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "date-time"},
    {"type": "array", "minItems": 3, "uniqueItems": True, "items": {"type": "string", "enum": ["a", "b", "c"]}},
    {"type": "array", "minItems": 2, "uniqueItems": True, "items": {"type": "integer"}},
    {"type": "array", "minItems": 3, "prefixItems": [{"type": "string"}, {"const": 2}], "items": {"type": "boolean"}},
    {"type": "array", "contains": {"const": 9}},
    {"minItems": 1, "items": {"type": "null"}},
    {"allOf": [{"type": "integer", "minimum": 3}, {"minimum": 10, "maximum": 20}]},
    {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"a": {"minLength": 12}, "b": {"type": "integer"}}, "required": ["b"]},
        ]
    },
    {"oneOf": [{"type": "object", "required": ["kind"], "properties": {"kind": {"const": "x"}}}, {"type": "null"}]},
    {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    {"type": "object", "required": ["a"], "dependentRequired": {"a": ["b"]}, "properties": {"b": {"type": "boolean"}}},
    {"properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False},
    {"type": "string", "enum": [None, 1, "x"]},
    {"const": None},
    True,
    {},
]  # fmt: skip


@pytest.mark.parametrize("schema", NASTY, ids=json.dumps)
def test_what_it_makes_is_valid(schema):
    before = copy.deepcopy(schema)
    made = example(schema)
    DRAFT(schema, format_checker=DRAFT.FORMAT_CHECKER).validate(made)
    assert schema == before


def test_only_what_is_required():
    schema = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["b"]}
    assert example(schema) == {"b": "example"}


def test_the_other_dialect():
    schema = {
        "type": "OBJECT",
        "properties": {"a": {"type": "ARRAY", "items": {"type": "INTEGER"}, "minItems": 1}},
        "required": ["a"],
    }
    assert example(schema) == {"a": [0]}


LEAVES = st.sampled_from(
    [
        {"type": "string", "minLength": 3},
        {"type": "integer", "minimum": 4},
        {"type": "number", "exclusiveMaximum": 2},
        {"type": "boolean"},
        {"type": "null"},
        {"enum": ["p", 2]},
    ]
)


def containers(inner):
    return st.one_of(
        st.builds(lambda items, least: {"type": "array", "items": items, "minItems": least}, inner, st.integers(0, 3)),
        st.builds(
            lambda fields: {"type": "object", "properties": fields, "required": list(fields)},
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        ),
        st.builds(lambda branches: {"anyOf": branches}, st.lists(inner, min_size=1, max_size=3)),
    )


@settings(deadline=None)
@given(st.recursive(LEAVES, containers, max_leaves=8))
def test_any_schema_of_these_parts(schema):
    DRAFT(schema).validate(example(schema))


def test_a_schema_nothing_can_satisfy_ends():
    example({"type": "object", "required": ["x"], "properties": {"x": {"$ref": "#"}}})
    example({"allOf": [{"$ref": "#"}]})
