import pytest

from cgb_plugins.tool_schema.listed import listed, values_in


@pytest.mark.parametrize(
    ("values", "enum", "nullable"),
    [
        (["a", "b"], ["a", "b"], False),
        (["a", None], ["a"], True),
        ([1, 2, 1.0], ["1", "2"], False),
        ([1.5, True, False], ["1.5", "true", "false"], False),
        (["", "a"], ['""', "a"], False),
        ([1, "1"], ["1", '"1"'], False),
        ([{"a": 1}, [1]], ['{"a":1}', "[1]"], False),
    ],
)
def test_every_value_has_a_word_and_every_word_a_value(values, enum, nullable):
    found = listed(values)
    assert found.schema == {"type": "string", "enum": enum, **({"nullable": True} if nullable else {})}
    if found.codec:
        said = [value for value in values if value is not None]
        assert [found.codec.decode(found.codec.encode(value)) for value in said] == said


def test_words_that_are_none_of_the_list_stay():
    codec = listed([1, 2]).codec
    assert [codec.encode(3), codec.decode("3"), codec.decode(1), codec.decode(None)] == [3, "3", 1, None]


def test_only_null_is_a_string_that_may_be_null():
    assert listed([None]).schema == {"type": "string", "nullable": True}


def test_finds_what_a_node_lists():
    assert values_in({"enum": [1]}) == values_in({"const": 1}) == [1]
    assert values_in({"type": "string"}) == []
