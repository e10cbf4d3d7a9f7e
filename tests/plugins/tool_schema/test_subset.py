import pytest

from cgb_plugins.tool_schema.codec import Nothing
from cgb_plugins.tool_schema.draft import Draft, Ledger
from cgb_plugins.tool_schema.subset import (
    Lowered,
    about,
    clashing,
    fitted,
    kinds_in,
    types_in,
    with_common,
    with_default,
)

STRING = Lowered({"type": "string"}, None)
CODED = Lowered({"type": "string"}, Nothing())
NUMBER = Lowered({"type": "number"}, Nothing())


@pytest.mark.parametrize(
    ("schema", "types"),
    [
        ({"type": "string"}, ["string"]),
        ({"type": ["string", "null"]}, ["string", "null"]),
        ({"properties": {}}, ["object"]),
        ({"items": {}}, ["array"]),
        ({"minimum": 1}, []),
    ],
)
def test_types_are_named_or_suggested(schema, types):
    assert types_in(schema) == types


def test_kinds_of_json_on_the_wire():
    assert kinds_in({"anyOf": [{"type": "integer"}, {"type": "array"}]}) == {"integer", "number", "array"}


@pytest.mark.parametrize(
    ("branches", "clash"),
    [([STRING, STRING], False), ([STRING, CODED], True), ([CODED, NUMBER], False), ([NUMBER, STRING, NUMBER], True)],
)
def test_alternatives_clash_where_one_travels_in_anothers_type(branches, clash):
    assert clashing(branches) is clash


def test_a_type_keeps_its_own_keywords():
    schema = {"minimum": 1, "minLength": 2, "multipleOf": 2, "anyOf": [], "prefixItems": [], "title": "t"}
    assert about("integer", schema) == {"type": "integer", "minimum": 1, "multipleOf": 2}
    assert about("array", schema) == {"type": "array", "prefixItems": []}
    assert about("null", schema) == {"type": "null"}


def test_what_a_type_may_not_have_goes_or_is_said():
    ledger = Ledger()
    draft = Draft({"type": "number", "format": "float", "minLength": 1, "exclusiveMaximum": 3}, (), ledger)
    fitted(draft, "number")
    ledger.write()
    assert draft.fields == {"type": "number", "format": "float", "description": "[< 3]"}


def test_what_stands_beside_alternatives_goes_into_each():
    branch = {"anyOf": [{"type": "string"}, {"type": "number", "description": "own"}]}
    assert with_common(branch, {"description": "d"}, nullable=True) == {
        "anyOf": [
            {"type": "string", "nullable": True, "description": "d"},
            {"type": "number", "nullable": True, "description": "own"},
        ]
    }


def test_a_default_travels_like_every_value():
    assert with_default({}, {"default": {"_": 1}}, None) == {"default": {"_": 1}}
    assert with_default({}, {}, Nothing()) == {}
