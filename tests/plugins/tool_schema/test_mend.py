import pytest
from hypothesis import given

from cgb_plugins.tool_schema import compile_schema
from cgb_plugins.tool_schema.judge import Judge
from cgb_plugins.tool_schema.mend import mended

from .test_compile import TOOLS, with_calls

EITHER = {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}
ITEM = {"type": "object", "properties": {"n": {"type": "integer"}}}


def mend(schema, value):
    return mended(value, Judge(schema, schema))


@pytest.mark.parametrize(
    ("schema", "wrong", "right"),
    [
        ({"type": "integer"}, "5000", 5000),
        ({"type": "integer"}, " -5 ", -5),
        ({"type": "integer"}, "5.0", 5),
        ({"type": "number"}, "1.5e3", 1500),
        ({"type": "number"}, "0.25", 0.25),
        ({"type": "boolean"}, "true", True),
        ({"type": ["integer", "null"]}, "null", None),
        ({"type": "string"}, 5, "5"),
        ({"type": "string"}, True, "true"),
        ({"type": "array", "items": {"type": "integer"}}, '[1, "2"]', [1, 2]),
        (ITEM, '{"n": "1"}', {"n": 1}),
        ({"type": "array", "items": ITEM}, [{"n": "1"}, {"n": 2}], [{"n": 1}, {"n": 2}]),
        ({"prefixItems": [{"type": "integer"}], "items": {"type": "boolean"}}, ["1", "true"], [1, True]),
        (EITHER, "1", 1),
        (EITHER, "true", True),
        ({"enum": [1, 2], "type": "integer"}, "2", 2),
        ({"additionalProperties": {"type": "integer"}}, {"a": "1"}, {"a": 1}),
        ({"$ref": "#/$defs/I", "$defs": {"I": {"type": "integer"}}}, "7", 7),
        ({"properties": {"a": {"type": "string"}, "b": {}}}, {"a": None, "b": None}, {"b": None}),
    ],
)
def test_puts_right_what_the_schema_proves_wrong(schema, wrong, right):
    assert mend(schema, wrong) == right
    assert type(mend(schema, wrong)) is type(right)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "5000"),
        ({"type": ["string", "integer"]}, "5000"),
        ({}, "true"),
        ({"type": "integer"}, "five"),
        ({"type": "integer"}, "0x10"),
        ({"type": "integer"}, "1_000"),
        ({"type": "integer"}, "007"),
        ({"type": "integer"}, "NaN"),
        ({"type": "integer"}, 1.5),
        ({"type": "integer", "maximum": 10}, "5000"),
        ({"type": "boolean"}, "yes"),
        ({"type": "boolean"}, 1),
        ({"type": "array"}, "a, b"),
        ({"type": "object"}, "{broken"),
        ({"type": "object"}, "[1]"),
        ({"type": "string"}, None),
        ({"type": "string"}, {"a": 1}),
        ({"enum": ["high", "low"]}, "High"),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"a": None}),
        ({"anyOf": [{"type": "array"}, {"type": "object", "required": ["n"]}]}, '{"n": '),
    ],
)
def test_leaves_alone_what_it_cannot_prove(schema, value):
    assert mend(schema, value) is value


def test_two_ways_to_read_a_value_are_none():
    either = {"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}, {"type": "boolean"}]}
    both = {"anyOf": [{"enum": [5]}, {"enum": ["[5]"]}, {"type": "array", "items": {"enum": [5]}}]}
    assert mend(either, "[5]") == [5]
    assert mend(both, "[5]") == "[5]"


@given(case=TOOLS.flatmap(with_calls))
def test_what_is_right_is_never_touched(case):
    schema, calls = case
    judge = compile_schema(schema, "gemini-json-schema").judge
    for call in calls:
        after = mended(call, judge)
        assert (after is call) if judge.accepts(call) else True
        assert mended(after, judge) == after
