import pytest

from cgb_plugins.tool_schema.draft import Draft, Ledger
from cgb_plugins.tool_schema.repair import as_root, as_schema, repair


@pytest.mark.parametrize(
    ("raw", "schema"),
    [
        ({"type": "string"}, {"type": "string"}),
        ({"value": "object"}, {"type": "object"}),
        ("object", {"type": "object"}),
        ("The user's name", {"description": "The user's name"}),
        (["string", "null"], {"type": ["string", "null"]}),
        (True, {}),
        (None, {}),
        (5, {}),
    ],
)
def test_reads_whatever_stands_for_a_schema(raw, schema):
    assert as_schema(raw) == schema


def test_reads_a_bare_map_of_properties():
    bare = {"title": {"type": "string"}, "query": {"type": "string"}}
    assert as_root(bare) == {"type": "object", "properties": bare}
    assert as_root({"properties": bare, "x-meta": {}}) == {"properties": bare, "x-meta": {}}


@pytest.mark.parametrize(
    ("node", "repaired"),
    [
        ({"type": "STRING"}, {"type": "string"}),
        ({"type": ["int", "integer"]}, {"type": "integer"}),
        ({"type": []}, {}),
        ({"type": "date"}, {"description": "[type: date]"}),
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"enum": ["a"], "nullable": True}, {"enum": ["a", None]}),
        ({"const": True, "nullable": True}, {"enum": [True, None]}),
        ({"anyOf": [{"type": "string"}], "nullable": True}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"enum": []}, {}),
        ({"enum": "a"}, {"enum": ["a"]}),
        ({"const": "a"}, {"enum": ["a"]}),
        ({"const": {"a": 1}}, {"const": {"a": 1}}),
        ({"oneOf": [{"type": "string"}, False]}, {"anyOf": [{"type": "string"}]}),
        ({"anyOf": [{"type": "string"}, True]}, {}),
        ({"anyOf": [{}], "oneOf": [{}]}, {"anyOf": [{}], "description": "[oneOf: [{}]]"}),
        ({"maximum": 1.8e308, "minimum": "1", "multipleOf": 0}, {}),
        ({"minimum": 5, "exclusiveMinimum": True}, {"minimum": 5, "exclusiveMinimum": 5}),
        ({"exclusiveMaximum": 5}, {"maximum": 5, "exclusiveMaximum": 5}),
        ({"minLength": 2.0, "maxLength": -1, "uniqueItems": "yes"}, {"minLength": 2}),
        ({"pattern": "(?<!a)b"}, {"description": "[pattern: (?<!a)b]"}),
        ({"pattern": 5, "description": 5, "title": None}, {}),
        ({"items": True}, {}),
        ({"items": False}, {"maxItems": 0}),
        ({"items": [{}], "additionalItems": False}, {"prefixItems": [{}], "maxItems": 1}),
        ({"items": [{}], "additionalItems": {"type": "null"}}, {"prefixItems": [{}], "items": {"type": "null"}}),
        ({"prefixItems": []}, {}),
        ({"properties": ["a"]}, {"description": '[properties: ["a"]]'}),
        ({"properties": {"a": False, "b": True}}, {"properties": {"b": True}}),
        ({"properties": {"a": {"required": True}}}, {"properties": {"a": {"required": True}}, "required": ["a"]}),
        ({"type": "object", "required": ["a", "a", 5]}, {"type": "object"}),
        ({"required": ["a", "a"]}, {"required": ["a"]}),
        ({"required": True}, {}),
        ({"additionalProperties": None}, {}),
        ({"propertyOrdering": [1]}, {}),
        ({"$schema": "x", "$comment": "x", "readOnly": True, "x-a": 1, "$id": "x", "deprecated": False}, {}),
        ({"examples": ["a", 1], "description": "d"}, {"description": "d [e.g. a, 1]"}),
        ({"example": {"a": 1}, "examples": []}, {"description": '[e.g. {"a":1}]'}),
        ({"deprecated": True}, {"description": "[deprecated]"}),
        (
            {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "description": "d"},
            {"description": "d [if with a, then with b]"},
        ),
        ({"if": {}}, {}),
        ({"then": {"required": ["b"]}, "else": {}}, {}),
        ({"dependentRequired": {"a": ["b", "c"]}}, {"description": "[a needs b, c]"}),
    ],
)
def test_puts_every_keyword_right(node, repaired):
    ledger = Ledger()
    draft = Draft(dict(node), (), ledger)
    repair(draft)
    ledger.write()
    assert draft.fields == repaired


@pytest.mark.parametrize(
    ("rest", "becomes"),
    [
        ({}, {}),
        ({"additionalProperties": True}, {}),
        ({"additionalProperties": False}, {"additionalProperties": {"type": "string"}}),
        ({"additionalProperties": {}}, {"additionalProperties": {"anyOf": [{"type": "string"}, {}]}}),
    ],
)
def test_patterns_of_names_become_alternatives_of_other_properties(rest, becomes):
    draft = Draft({"patternProperties": {"^x": {"type": "string"}}, **rest}, (), Ledger())
    repair(draft)
    assert draft.fields == becomes
