import pytest

from cgb_plugins.tool_schema.openapi import openapi

PLACEHOLDER = {"_": {"type": "string", "description": "Leave this out and name the properties you need."}}
DEFS = {"W": {"enum": ["a"]}, "R": {"properties": {"r": {"$ref": "#/$defs/R"}}}}


@pytest.mark.parametrize(
    ("schema", "lowered"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": "null"}, {"type": "string", "nullable": True}),
        ({}, {"type": "string"}),
        ({"type": ["string", "number"]}, {"anyOf": [{"type": "string"}, {"type": "number"}]}),
        ({"enum": ["a", "", None]}, {"type": "string", "enum": ["a"], "nullable": True}),
        ({"enum": [1, 2]}, {"type": "number", "description": "[enum: [1,2]]"}),
        ({"type": "string", "enum": [1]}, {"type": "string", "description": "[enum: [1]]"}),
        ({"type": "string", "format": "uri"}, {"type": "string", "description": "[format: uri]"}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "string", "items": {}}, {"type": "string", "description": "[items: {}]"}),
        ({"type": "array"}, {"type": "array", "items": {"type": "string"}}),
        (
            {"prefixItems": [{"type": "string"}, {"type": "number"}, {"type": "string"}]},
            {
                "type": "array",
                "items": {"anyOf": [{"type": "string"}, {"type": "number"}]},
                "description": '[prefixItems: [{"type":"string"},{"type":"number"},{"type":"string"}]]',
            },
        ),
        ({"type": "object", "additionalProperties": True}, {"type": "object", "properties": PLACEHOLDER}),
        (
            {"properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
            {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
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
        ({"$ref": "#/$defs/W", "description": "d"}, {"type": "string", "enum": ["a"], "description": "d"}),
        (
            {"$ref": "#/$defs/R"},
            {
                "type": "object",
                "properties": {
                    "r": {"type": "object", "properties": PLACEHOLDER, "description": "[$ref: #/$defs/R]"},
                },
            },
        ),
    ],
)
def test_lowers_every_node(schema, lowered):
    root = {"type": "object", "properties": {"p": schema}, "$defs": DEFS}
    assert openapi(root, [])["properties"]["p"] == lowered


def test_a_root_may_be_empty():
    assert openapi({}, []) == {"type": "object", "properties": {}}


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        ({"type": "array"}, "[JSON array]"),
        ({"type": "object"}, "[JSON object]"),
        ({"$ref": "#/$defs/Deep"}, "[JSON]"),
    ],
)
def test_what_nests_at_the_deepest_level_is_text(leaf, words):
    schema = leaf
    for _ in range(31):
        schema = {"type": "object", "properties": {"in": schema}}
    fitted = openapi({**schema, "$defs": {"Deep": {"items": {"type": "string"}}}}, [])
    for _ in range(31):
        fitted = fitted["properties"]["in"]
    assert fitted == {"type": "string", "description": words}
