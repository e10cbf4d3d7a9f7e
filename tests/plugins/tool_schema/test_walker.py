import pytest

from cgb_plugins.tool_schema.walker import gemini_json_schema

NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}


def compiled(schema):
    return gemini_json_schema(schema, [])


def of_property(schema, **root):
    return compiled({"properties": {"p": schema}, **root})["properties"]["p"]


@pytest.mark.parametrize(
    "schema", [{}, {"type": "array"}, {"type": ["object", "null"], "nullable": True}, {"enum": [1]}]
)
def test_a_root_is_an_object(schema):
    assert compiled(schema) == {"type": "object"}


def test_definitions_move_and_recursion_stays():
    schema = {"$ref": "#/definitions/Node", "definitions": {"Node": {**NODE, "properties": {"next": {"$ref": "#"}}}}}
    assert compiled(schema) == {"type": "object", "properties": {"next": {"$ref": "#"}}}
    schema = {
        "properties": {"n": {"$ref": "#/definitions/Node"}},
        "definitions": {"Node": NODE},
        "$defs": {"Node": NODE},
    }
    assert compiled(schema)["$defs"] == {"Node_2": NODE, "Node": NODE}


def test_what_a_pointer_names_becomes_a_definition():
    schema = {"properties": {"a": {"items": {"type": "string"}}, "b": {"$ref": "#/properties/a/items"}}}
    assert compiled(schema) == {
        "type": "object",
        "properties": {"a": {"items": {"type": "string"}}, "b": {"$ref": "#/$defs/a_items"}},
        "$defs": {"a_items": {"type": "string"}},
    }


def test_only_a_description_and_a_default_stand_beside_a_reference():
    beside = {"description": "d", "default": {}, "title": "t", "minProperties": 1}
    notes = []
    schema = {"properties": {"p": {"$ref": "#/$defs/N", **beside}}, "$defs": {"N": {"type": "object"}}}
    fitted = gemini_json_schema(schema, notes)
    assert fitted["properties"]["p"] == {"$ref": "#/$defs/N", "description": "d", "default": {}}
    assert [(note.path, note.keyword) for note in notes] == [("/properties/p", "minProperties")]
    assert of_property({"$ref": "#", "nullable": True, "description": 5}) == {
        "anyOf": [{"$ref": "#"}, {"type": "null"}]
    }


@pytest.mark.parametrize("ref", ["#/$defs/Missing", "https://example.com/s.json", "#/$defs/Loop"])
def test_a_reference_that_leads_nowhere_leaves_a_hint(ref):
    definitions = {"Loop": {"$ref": "#/$defs/Pool"}, "Pool": {"allOf": [{"$ref": "#/$defs/Loop"}]}}
    fitted = of_property({"$ref": ref, "type": "object", "description": "A."}, **{"$defs": definitions})
    assert fitted == {"type": "object", "description": f"A. [$ref: {ref}]"}


def test_names_are_no_keywords():
    names = ["default", "type", "$ref", "properties", "required", "items", "enum", "$defs", "x-a", "examples", "not"]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}, "required": names}
    assert compiled(schema) == schema


def test_cuts_below_the_deepest_level():
    schema = {"type": "array", "items": {"type": "string"}}
    for _ in range(31):
        schema = {"type": "object", "properties": {"in": schema}, "required": ["in"]}
    fitted = compiled(schema)
    for _ in range(31):
        fitted = fitted["properties"]["in"]
    assert fitted == {"type": "array", "description": '[items: {"type":"string"}]'}


def test_a_nullable_reference_at_the_deepest_level_is_open():
    schema = {"$ref": "#", "nullable": True}
    for _ in range(31):
        schema = {"properties": {"in": schema}}
    fitted = compiled(schema)
    for _ in range(31):
        fitted = fitted["properties"]["in"]
    assert fitted == {"description": '[anyOf: [{"$ref":"#"},{"type":"null"}]]'}


def test_compiles_what_stands_under_every_keyword():
    odd = {"const": 1}
    lists = {keyword: [odd] for keyword in ("anyOf", "prefixItems")}
    nodes = dict.fromkeys(("items", "additionalProperties"), odd)
    fixed = {"enum": [1]}
    assert of_property({**lists, **nodes}) == {
        **{keyword: [fixed] for keyword in lists},
        **dict.fromkeys(nodes, fixed),
    }
    assert of_property({"additionalProperties": False}) == {"additionalProperties": False}
