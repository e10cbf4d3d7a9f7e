import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from cgb_plugins.tool_schema import compile_schema
from cgb_plugins.tool_schema.judge import Judge, canonical, kind_of

from .test_compile import TOOLS, with_calls


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({}, [None, 1, "a", [], {}], []),
        ({"type": "integer"}, [1, 1.0], [1.5, True, "1"]),
        ({"type": ["number", "null"]}, [1, 1.5, None], [True]),
        ({"enum": [1, [True]]}, [1, 1.0, [True]], [True, [1]]),
        ({"const": {"a": 1}}, [{"a": 1.0}], [{"a": True}, {}]),
        ({"minimum": 1, "exclusiveMaximum": 3}, [1, 2.9, "0"], [0, 3]),
        ({"exclusiveMinimum": 1, "maximum": 3}, [3], [1, 4]),
        ({"minLength": 1, "maxLength": 2}, ["a", 5], ["", "abc"]),
        ({"minItems": 1, "items": {"type": "string"}}, [["a"]], [[], [1]]),
        ({"prefixItems": [{"type": "string"}], "items": {"type": "null"}}, [["a", None], []], [["a", "b"]]),
        ({"required": ["a"], "properties": {"a": {"type": "null"}}}, [{"a": None, "b": 1}], [{}, {"a": 1}]),
        ({"properties": {"a": {}}, "additionalProperties": False}, [{"a": 1}, {}], [{"b": 1}]),
        ({"additionalProperties": {"type": "null"}}, [{"a": None}], [{"a": 1}]),
        ({"minProperties": 1, "maxProperties": 1}, [{"a": 1}], [{}, {"a": 1, "b": 1}]),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, ["a", None], [1]),
        ({"$ref": "#/$defs/N"}, [{"next": {}}], [{"next": 1}, 1]),
    ],
)
def test_knows_right_from_wrong(schema, right, wrong):
    root = {"$defs": {"N": {"type": "object", "properties": {"next": {"$ref": "#/$defs/N"}}}}}
    judge = Judge(schema, root)
    assert [value for value in right if not judge.accepts(value)] == []
    assert [value for value in wrong if judge.accepts(value)] == []


def test_a_reference_to_the_root_and_one_round_in_circles():
    root = {"type": "object", "$defs": {"A": {"$ref": "#/$defs/A"}}}
    assert Judge({"$ref": "#"}, root).accepts({})
    assert Judge({"$ref": "#/$defs/A"}, root).accepts(1)


@given(case=TOOLS.flatmap(with_calls))
def test_agrees_with_a_validator_on_compiled_schemas(case):
    schema, calls = case
    compiled = compile_schema(schema, "gemini-json-schema")
    validator = Draft202012Validator(compiled.schema)
    for call in calls:
        assert compiled.judge.accepts(call) == validator.is_valid(call), (compiled.schema, call)


def test_names_and_compares_values_as_json_schema_does():
    assert [kind_of(value) for value in (1, 1.0, 1.5, True, None, "", [], {})] == [
        *("integer", "integer", "number", "boolean", "null", "string", "array", "object")
    ]
    assert canonical({"a": [1.0]}) == canonical({"a": [1]})
    assert canonical(True) != canonical(1)
