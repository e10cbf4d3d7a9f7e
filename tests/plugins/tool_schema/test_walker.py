import pytest

from cgb_plugins.tool_schema.compiled import Change, Uncompilable
from cgb_plugins.tool_schema.draft import Ledger
from cgb_plugins.tool_schema.walker import gemini_answer_schema, gemini_json_schema

NODE = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}


def compiled(schema):
    return written(gemini_json_schema, schema)[0]


def written(compiling, schema):
    """The compiled schema, and what became of the original."""
    ledger = Ledger()
    fitted = compiling(schema, ledger)
    ledger.write()
    return fitted, ledger.changes


def of_property(schema, **root):
    return compiled({"properties": {"p": schema}, **root})["properties"]["p"]


@pytest.mark.parametrize(
    "schema",
    [{}, {"type": ["object", "null"], "nullable": True}, {"enum": [{}]}, {"type": "dict"}, {"type": "thing"}],
)
def test_a_root_is_an_object(schema):
    assert compiled(schema)["type"] == "object"


@pytest.mark.parametrize("schema", [{"type": "array"}, {"type": ["string", "null"]}, {"type": "STRING"}, "integer"])
def test_a_root_that_takes_no_object_is_given_up(schema):
    with pytest.raises(Uncompilable, match="takes no object"):
        compiled(schema)


def test_a_root_that_names_properties_is_an_object_whatever_it_says():
    properties = {"a": {"type": "string"}}
    assert compiled({"type": "array", "properties": properties}) == {"type": "object", "properties": properties}


def test_the_form_of_an_answer_may_be_anything():
    schema = {"type": "array", "items": {"$ref": "#/definitions/W"}, "definitions": {"W": {"const": "a"}}}
    assert written(gemini_answer_schema, schema)[0] == {
        "type": "array",
        "items": {"$ref": "#/$defs/W"},
        "$defs": {"W": {"enum": ["a"]}},
    }


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
    schema = {"properties": {"p": {"$ref": "#/$defs/N", **beside}}, "$defs": {"N": {"type": "object"}}}
    fitted, changes = written(gemini_json_schema, schema)
    assert fitted["properties"]["p"] == {"$ref": "#/$defs/N", "description": "d", "default": {}}
    assert changes == [Change("/properties/p", "minProperties", "weakened")]
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
    assert fitted == {"type": "array", "description": "[items: string]"}


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
