import pytest
from pydantic import ValidationError

from cgb.messages import TextBlock, Tool, Value


class Small(Value):
    """A value."""

    name: str = "x"
    more: tuple[int, ...] = ()


def test_a_value_does_not_change():
    with pytest.raises(ValidationError, match="frozen"):
        Small().name = "y"


def test_it_is_rendered_as_it_came():
    for raw in ({}, {"name": "x"}, {"more": [1], "new": {"a": [None]}}, {"name": "y", "model_x": 1}):
        assert Small.model_validate(raw).to_wire() == raw


def test_with_makes_the_next_one():
    value = Small(name="a")
    assert value.with_(name="b", new=1).to_wire() == {"name": "b", "new": 1}
    assert value.to_wire() == {"name": "a"}


def test_with_shares_no_set_of_fields():
    value = Small.model_validate({"new": 1})
    value.with_(name="b", new=2, newer=3)
    assert (value.model_fields_set, value.model_extra) == ({"new"}, {"new": 1})


def test_get_reads_known_and_unknown_fields():
    value = Small.model_validate({"new": 5, "copy": "mine", "json": None})
    assert (value.get("name"), value.get("new"), value.get("none"), value.get("none", 7)) == ("x", 5, None, 7)


@pytest.mark.parametrize("name", ["copy", "json", "schema", "to_wire", "blocks", "model_dump"])
def test_get_never_reads_what_belongs_to_the_class(name):
    assert Small().get(name) is None
    assert TextBlock.model_validate({"text": "x", name: 5}).get(name) == 5
    assert Tool(name="x", input_schema={}).get("is_custom") is None
