import pytest

from cgb_plugins.tool_schema.narrow import narrowed


@pytest.mark.parametrize(
    ("keyword", "one", "other", "both"),
    [
        ("minimum", 1, 2, 2),
        ("maximum", 1, 2, 1),
        ("minLength", 1, "odd", None),
        ("maxItems", True, 2, None),
        ("type", "string", ["string", "null"], "string"),
        ("type", ["string", "null"], ["null", "string"], ["string", "null"]),
        ("type", "integer", "number", "integer"),
        ("type", ["number", "null"], ["integer", "null"], ["null", "integer"]),
        ("type", "string", "integer", None),
        ("enum", ["a", "b", True], ["b", 1], ["b"]),
        ("enum", ["a"], ["b"], None),
        ("enum", ["a"], "a", None),
        ("uniqueItems", False, True, True),
        ("pattern", "a", "b", None),
    ],
)
def test_takes_the_stricter_of_two(keyword, one, other, both):
    assert narrowed(keyword, one, other) == both
