import pytest

from cgb_plugins.tool_schema.words import short, words


@pytest.mark.parametrize(
    ("keyword", "value", "said"),
    [
        ("format", "uri", "format: uri"),
        ("not", {"type": "null"}, "not: null"),
        ("not", {"required": ["a", "b"]}, "not: with a, b"),
        ("not", {"enum": ["a", 1]}, "not: a|1"),
        ("not", {"type": "string", "minLength": 1}, 'not: {"type":"string","minLength":1}'),
        ("if", {"if": {"required": ["a"]}, "else": {"required": ["b"]}}, "if with a, else with b"),
        ("dependentRequired", {"a": ["b"], "c": ["d", "e"]}, "a needs b; c needs d, e"),
        ("dependentSchemas", {"a": {"required": ["b"]}}, "a needs with b"),
        ("dependencies", "odd", "odd"),
        ("additionalProperties", {"type": "string"}, "other properties: string"),
        ("unevaluatedProperties", False, "no other properties"),
        ("additionalProperties", True, "any other properties"),
        ("propertyNames", {"pattern": "^x"}, "names: matching ^x"),
        ("exclusiveMinimum", 0, "> 0"),
        ("exclusiveMaximum", 1.5, "< 1.5"),
        ("multipleOf", 5, "multiple of 5"),
        ("uniqueItems", True, "no item twice"),
        ("examples", {"one": "a"}, "e.g. a"),
        ("example", ["a"], 'e.g. ["a"]'),
    ],
)
def test_says_it_in_few_words(keyword, value, said):
    assert words(keyword, value) == said


def test_cuts_what_is_long():
    assert short("^a$") == "^a$"
    assert len(short({"minLength": 1, "enum": ["word"] * 100})) == 161
