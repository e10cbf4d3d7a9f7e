"""Every way in which a tool's schema was reported to make Gemini refuse the whole request."""

import json

import pytest

from cgb_plugins.tool_schema import compile_schema

BOTH = ("gemini-json-schema", "openapi")


def of(schema, dialect, **root):
    """What a property's schema is compiled to."""
    whole = {"type": "object", "properties": {"p": schema}, **root}
    return compile_schema(whole, dialect).schema["properties"]["p"]


@pytest.fixture(params=BOTH)
def dialect(request):
    return request.param


@pytest.fixture
def taken(refusals, dialect):
    """Compiles a tool's schema and asserts that the service takes it."""

    def compiling(schema):
        compiled = compile_schema(schema, dialect)
        assert not refusals(compiled.schema, dialect)
        return compiled.schema

    return compiling


OUTSIDE = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "propertyNames": {"pattern": "^x"},
    "patternProperties": {"^x": {"type": "string"}},
    "additionalProperties": False,
    "properties": {
        "a": {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 10, "x-internal": 1},
        "b": {"const": "fixed", "contentMediaType": "text/html"},
        "c": {"$ref": "#/$defs/C"},
        "d": {"not": {"type": "null"}, "if": {"const": 1}, "then": {"const": 2}},
    },
    "$defs": {"C": {"type": "string"}},
}


def test_1_keywords_outside_the_services_schema_octopus_252(taken):
    """Unknown name "propertyNames" … Cannot find field: what they ask for is said in words.

    octopus#252, agentic-flow#55, claude-worker-proxy#7, llmgateway#1763, new-api#2624, vibeproxy#338, CCR#187,
    zed#44875, google_workspace_mcp#1099.
    """
    compiled = json.dumps(taken(OUTSIDE))
    for words in ("names: matching ^x", "[not: null]", "[if 1, then 2]", "contentMediaType: text/html"):
        assert words in compiled


def test_2_a_list_of_types_cliproxyapi_43(dialect, taken):
    """Proto field is not repeating, cannot start list."""
    taken({"type": "object", "properties": {"p": {"type": ["string", "null"]}, "q": {"type": ["string", "number"]}}})
    single = {"type": "string", "nullable": True}
    assert (
        of({"type": ["string", "null"]}, dialect)
        == {
            "gemini-json-schema": {"type": ["string", "null"]},
            "openapi": single,
        }[dialect]
    )


def test_3_properties_on_what_is_no_object_opencode_11888(taken):
    """properties: only allowed for OBJECT type; also opencode#11889 and #43495."""
    union = {"type": ["object", "string"], "properties": {"a": {"type": "string"}}, "required": ["a"]}
    nullable = {"anyOf": [{"type": "object", "properties": {"a": {}}}, {"type": "null"}], "required": ["a"]}
    wrong = {"type": "string", "properties": {"a": {}}, "required": ["a"]}
    compiled = taken({"type": "object", "properties": {"u": union, "n": nullable, "w": wrong}})
    assert [*compiled["properties"]] == ["u", "n", "w"]


def test_4_items_on_what_is_no_array_hermes_agent_38972(taken):
    """items: field predicate failed: $type == Type.ARRAY (ClickUp)."""
    value = {"type": "string", "items": {"type": "string"}, "minItems": 1}
    assert taken({"type": "object", "properties": {"value": value}})["properties"]["value"]["type"] == "string"


def test_5_an_array_without_items_weave_router_83(taken):
    """items: missing field, also inside anyOf."""
    either = {"anyOf": [{"type": "array"}, {"type": "null"}]}
    taken({"type": "object", "properties": {"tools": {"type": "array"}, "either": either}})


def test_6_an_empty_string_in_an_enumeration_weave_router_83(dialect, taken):
    """enum[0]: cannot be empty: the empty string stays possible."""
    schema = {"type": "object", "properties": {"p": {"type": "string", "enum": ["", "asc"]}}}
    taken(schema)
    compiled = compile_schema(schema, dialect)
    assert compiled.decode(compiled.encode({"p": ""})) == {"p": ""}


def test_7_an_enumeration_of_anything_but_strings_9router_380(dialect, taken):
    """enum only allowed for STRING type: the values come back as what they were; also thClaws#172."""
    schema = {
        "type": "object",
        "properties": {"n": {"type": "integer", "enum": [0, 1]}, "b": {"enum": [True]}, "m": {"enum": [1, "a", None]}},
    }
    taken(schema)
    compiled = compile_schema(schema, dialect)
    call = {"n": 0, "b": True, "m": 1}
    assert compiled.decode(compiled.encode(call)) == call
    assert compiled.decode({"n": "1", "b": "true"}) == {"n": 1, "b": True}


def test_8_required_names_a_property_that_there_is_not_probe_569(taken):
    """required[0]: property is not defined (Atlassian)."""
    compiled = taken({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["cloudId", "a"]})
    assert compiled["required"] == ["a"]


def test_9_an_object_without_properties_litellm(dialect, taken):
    """properties: should be non-empty for OBJECT type."""
    inner = {"type": "object", "properties": {}}
    closed = {**inner, "additionalProperties": False}
    schema = {"type": "object", "properties": {"free": inner, "closed": closed}}
    taken(schema)
    taken({"type": "object", "properties": {}})
    compiled = compile_schema(schema, dialect)
    for call in ({"free": {"a": 1}, "closed": {}}, {"free": {}}):
        assert compiled.decode(compiled.encode(call)) == call
    assert compile_schema(schema, "openapi").decode({"closed": {"_": ""}}) == {"closed": {}}


def test_10_a_format_that_is_unknown(dialect, taken):
    """only 'enum' and 'date-time' are supported for STRING type."""
    taken({"type": "object", "properties": {"u": {"type": "string", "format": "uri"}}})
    assert "uri" in json.dumps(of({"type": "string", "format": "uri"}, dialect))


def test_11_a_type_in_the_place_of_a_schema_9router_3999(taken):
    """Invalid value at '….value', "object": shorthand of MCP tools."""
    compiled = taken({"type": "object", "properties": {"a": {"value": "string"}, "b": "number"}})
    assert [node["type"] for node in compiled["properties"].values()] == ["string", "number"]


def test_13_any_of_beside_other_fields_litellm_11164(dialect, taken):
    """any_of must be the only field set: the description goes into the branches."""
    node = {"anyOf": [{"type": "string"}, {"type": "integer"}], "description": "d", "default": 1}
    taken({"type": "object", "properties": {"p": node}})
    assert "d" in json.dumps(of(node, dialect))
    assert dialect != "openapi" or of(node, dialect).keys() == {"anyOf"}


NAMES = [
    *("default", "format", "title", "type", "properties", "items", "required", "enum", "description", "$ref", "not"),
    *("additionalProperties", "propertyNames", "$schema", "const", "anyOf", "x-internal", "examples", "nullable"),
]


def test_14_properties_named_like_keywords_cliproxyapi(taken):
    """Silent damage: maps of names were walked as if they were schemas."""
    properties = {name: {"type": "string", "description": name} for name in NAMES}
    compiled = taken({"type": "object", "properties": properties, "required": NAMES})
    assert compiled == {"type": "object", "properties": properties, "required": NAMES}


def test_15_a_bare_map_of_properties_and_required_on_a_property_cliproxyapi_a7e3596b7(taken):
    """Asana's tools."""
    compiled = taken({"task": {"type": "string", "required": True}, "notes": {"type": "string", "required": False}})
    assert [*compiled["properties"]] == ["task", "notes"]
    assert compiled["required"] == ["task"]


def test_16_references_that_go_round_in_circles_litellm_19098(taken):
    """Recursion, and growth without end."""
    node = {"type": "object", "properties": {"left": {"$ref": "#/$defs/N"}, "right": {"$ref": "#/$defs/N"}}}
    taken({"type": "object", "properties": {"tree": {"$ref": "#/$defs/N"}}, "$defs": {"N": node}})
    fan = {
        f"L{level}": {"type": "object", "properties": {side: {"$ref": f"#/$defs/L{level + 1}"} for side in "abc"}}
        for level in range(20)
    }
    wide = taken({"type": "object", "properties": {"a": {"$ref": "#/$defs/L0"}}, "$defs": {**fan, "L20": {}}})
    assert len(json.dumps(wide)) < 20_000
