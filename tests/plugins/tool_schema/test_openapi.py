import pytest

from cgb_plugins.tool_schema import compile_schema
from cgb_plugins.tool_schema.draft import Ledger
from cgb_plugins.tool_schema.openapi import openapi

JSON = {"type": "string", "description": "[JSON]"}
DEFS = {"W": {"enum": ["a"]}, "R": {"type": "object", "properties": {"r": {"$ref": "#/$defs/R"}}}}


@pytest.mark.parametrize(
    ("schema", "lowered"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": "null"}, {"type": "string", "nullable": True}),
        ({}, JSON),
        ({"description": "Any."}, {"type": "string", "description": "Any. [JSON]"}),
        ({"type": ["string", "number"]}, {"anyOf": [{"type": "string"}, {"type": "number"}]}),
        ({"enum": ["a", "", None]}, {"type": "string", "enum": ["a", '""'], "nullable": True}),
        ({"enum": [1, 2], "default": 2}, {"type": "string", "enum": ["1", "2"], "default": "2"}),
        ({"enum": ["a"], "default": "a"}, {"type": "string", "enum": ["a"], "default": "a"}),
        ({"type": "string", "enum": [1, "b"]}, {"type": "string", "enum": ["b"]}),
        ({"const": True, "type": "boolean"}, {"type": "string", "enum": ["true"]}),
        ({"type": "string", "format": "uri"}, {"type": "string", "description": "[format: uri]"}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "string", "items": {}, "minimum": 1}, {"type": "string"}),
        ({"type": "integer", "multipleOf": 5}, {"type": "integer", "description": "[multiple of 5]"}),
        ({"type": "array", "uniqueItems": False}, {"type": "array", "items": JSON}),
        (
            {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
            {"type": "array", "items": {"type": "string"}, "description": "[no item twice]"},
        ),
        (
            {"prefixItems": [{"type": "string"}, {"type": "number"}, {"type": "string"}], "maxItems": 3},
            {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "number"}]}, "maxItems": 3},
        ),
        (
            {"prefixItems": [{"type": "string"}]},
            {"type": "array", "items": {"anyOf": [{"type": "string"}, JSON]}},
        ),
        ({"type": "object", "additionalProperties": True}, {"type": "string", "description": "[JSON object]"}),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}, "description": "Counts."},
            {"type": "string", "description": "Counts. [JSON object] [other properties: integer]"},
        ),
        (
            {"type": "object", "properties": {}, "additionalProperties": False, "required": []},
            {"type": "object", "properties": {"_": {"type": "string", "description": "Leave this out."}}},
        ),
        (
            {"properties": {"a": {"type": "string"}}, "required": ["a", "b"], "additionalProperties": False},
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
        ),
        (
            {"type": "object", "properties": {"a": {"enum": [1]}}, "default": {"a": 1}},
            {"type": "object", "properties": {"a": {"type": "string", "enum": ["1"]}}, "default": {"a": "1"}},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "d"},
            {"type": "string", "nullable": True, "description": "d"},
        ),
        ({"anyOf": [{"type": "null"}]}, {"type": "string", "nullable": True}),
        (
            {"anyOf": [{"type": ["string", "number"]}, {"type": "null"}], "description": "d"},
            {
                "anyOf": [
                    {"type": "string", "nullable": True, "description": "d"},
                    {"type": "number", "nullable": True, "description": "d"},
                ]
            },
        ),
        (
            {"anyOf": [{"type": "string", "description": "own"}, {"type": "number"}], "description": "d"},
            {"anyOf": [{"type": "string", "description": "own"}, {"type": "number", "description": "d"}]},
        ),
        (
            {"anyOf": [{"const": 1}, {"const": "a"}, {"type": "null"}], "description": "d"},
            {"type": "string", "enum": ["1", "a"], "nullable": True, "description": "d"},
        ),
        (
            {"anyOf": [{"type": "array", "items": {}}, {"type": "integer"}]},
            {"anyOf": [{"type": "array", "items": JSON}, {"type": "integer"}]},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "object"}]},
            {"type": "string", "description": '[JSON] [anyOf: [{"type":"string"},{"type":"object"}]]'},
        ),
        ({"$ref": "#/$defs/W", "description": "d"}, {"type": "string", "enum": ["a"], "description": "d"}),
        (
            {"$ref": "#/$defs/R"},
            {
                "type": "object",
                "properties": {
                    "r": {"type": "string", "description": '[JSON object] [properties: {"r":{"$ref":"#/$defs/R"}}]'},
                },
            },
        ),
    ],
)
def test_lowers_every_node(schema, lowered):
    root = {"type": "object", "properties": {"p": schema}, "$defs": DEFS}
    assert written(root)["properties"]["p"] == lowered


def written(root):
    ledger = Ledger()
    schema, _ = openapi(root, ledger)
    ledger.write()
    return schema


@pytest.mark.parametrize("root", [{}, {"properties": {}}, {"properties": {}, "additionalProperties": True}])
def test_a_root_may_be_empty(root):
    assert openapi(root, Ledger()) == ({"type": "object", "properties": {}}, None)


def test_a_root_with_names_of_the_callers_choice_is_one_parameter():
    schema = {"type": "object", "additionalProperties": {"type": "integer"}, "description": "Counts."}
    compiled = compile_schema(schema, "openapi")
    text = {"type": "string", "description": "Counts. [JSON object] [other properties: integer]"}
    assert compiled.schema == {"type": "object", "properties": {"arguments": text}, "required": ["arguments"]}
    assert compiled.decode({"arguments": '{"a": "1"}'}) == {"a": 1}


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        ({"type": "array"}, "[JSON array]"),
        ({"type": "object", "properties": {"a": {}}}, '[JSON object] [properties: {"a":{}}]'),
        ({"$ref": "#/$defs/Deep"}, "[JSON array] [items: string]"),
    ],
)
def test_what_nests_at_the_deepest_level_is_text(leaf, words):
    schema = leaf
    for _ in range(31):
        schema = {"type": "object", "properties": {"in": schema}}
    fitted = written({**schema, "$defs": {"Deep": {"items": {"type": "string"}}}})
    for _ in range(31):
        fitted = fitted["properties"]["in"]
    assert fitted == {"type": "string", "description": words}


def test_references_are_written_out_as_deep_as_there_is_room():
    def tree(levels, width):
        defs = {
            f"L{level}": {
                "type": "object",
                "properties": {f"p{number}": {"$ref": f"#/$defs/L{level + 1}"} for number in range(width)},
            }
            for level in range(levels)
        }
        leaf = {"type": "object", "properties": {"end": {"type": "string"}}}
        return {"type": "object", "properties": {"p": {"$ref": "#/$defs/L0"}}, "$defs": {**defs, f"L{levels}": leaf}}

    small = written(tree(2, 2))["properties"]["p"]
    assert small["properties"]["p0"]["properties"]["p1"]["properties"] == {"end": {"type": "string"}}
    large = written(tree(8, 50))["properties"]["p"]
    assert large["properties"]["p0"]["type"] == "string"
    huge = written(tree(8, 3000))["properties"]["p"]
    assert huge["type"] == "string"
