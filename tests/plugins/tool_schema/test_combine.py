import pytest

from cgb_plugins.tool_schema.combine import Combiner
from cgb_plugins.tool_schema.references import Document

A = {"type": "object", "properties": {"a": {"type": "string"}, "deep": {"items": {}}}, "required": ["a"]}
REF = {"$ref": "#/$defs/A"}


def combiner(root=None):
    return Combiner(Document(root or {"$defs": {"A": A}}))


@pytest.mark.parametrize(
    ("node", "folded"),
    [
        ({"allOf": [REF], "description": "d"}, {**REF, "description": "d"}),
        ({**REF, "type": "object"}, {**REF, "type": "object"}),
        ({"allOf": [{"type": "string"}, {"minLength": 1}, True]}, {"type": "string", "minLength": 1}),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, {"type": "string"}),
        ({"allOf": [{"allOf": [{"title": "t"}]}], "title": "own"}, {"title": "own"}),
        ({"allOf": "odd"}, {}),
        (
            {"properties": {"b": True}, "allOf": [{"properties": {"b": {"type": "null"}}}]},
            {"properties": {"b": {"type": "null"}}},
        ),
        ({"allOf": [{"type": "null"}] * 2}, {"type": "null"}),
        ({"allOf": [{"$ref": "#/nowhere"}, {"type": "null"}]}, {"type": "null"}),
        (
            {"properties": {"b": {}}, "allOf": [{"properties": {"b": {"type": "null"}}}]},
            {"properties": {"b": {"type": "null"}}},
        ),
        ({"allOf": [{"prefixItems": [{}]}, {"prefixItems": [{}, {}], "items": False}]}, {"prefixItems": [{}]}),
    ],
)
def test_folds_what_must_hold_together(node, folded):
    assert combiner().folded(node) == folded


def test_folds_a_definition_in_by_reference():
    folded = combiner().folded({**REF, "properties": {"b": {}}, "required": ["b"]})
    assert folded["properties"] == {
        "b": {},
        "a": {"type": "string"},
        "deep": {"$ref": "#/%24defs/A/properties/deep"},
    }
    assert folded["required"] == ["b", "a"]


def test_keeps_the_reference_where_two_describe_a_property():
    node = {"properties": {"p": {"description": "d"}}, "allOf": [{"properties": {"p": REF}}]}
    assert combiner().folded(node) == {"properties": {"p": {**REF, "description": "d"}}}


def test_ends_where_definitions_go_round_in_circles():
    root = {"$defs": {"A": {"allOf": [{"$ref": "#/$defs/A"}, {"type": "object"}]}}}
    assert combiner(root).folded({"allOf": [REF, {"minProperties": 1}]}) == {"minProperties": 1, "type": "object"}
    assert combiner({"$ref": "#"}).root({"$ref": "#"}) == {}


def test_merges_the_alternatives_of_a_root():
    def branch(kind, **more):
        return {"properties": {"kind": {"const": kind}, **more}, "required": ["kind", *more]}

    root = {"type": "object", "oneOf": [branch("x", x={"type": "string"}), branch("y", y={}), {"type": "string"}]}
    assert combiner().root(root) == {
        "type": "object",
        "properties": {"kind": {"enum": ["x", "y"]}, "x": {"type": "string"}, "y": {}},
        "required": ["kind"],
        "description": "[Needs one of: x | y]",
    }


def test_a_root_may_be_a_reference():
    root = {**REF, "description": "d", "$defs": {"A": A}}
    assert combiner(root).root(root) == {**A, "description": "d", "$defs": {"A": A}}


def test_alternatives_refine_what_the_root_declares_only_together():
    root = {"properties": {"a": {}}, "anyOf": [{"properties": {"a": {"const": 1}}}, {"required": ["b"]}]}
    assert combiner().root(root) == {"properties": {"a": {}}}


def test_a_closed_choice_stays_closed():
    closed = {"properties": {"a": {"type": "string"}}, "additionalProperties": False}
    other = {"properties": {"a": {"type": "null"}}, "additionalProperties": False}
    assert combiner().root({"anyOf": [closed, other]}) == {
        "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        "additionalProperties": False,
    }


def test_gives_up_on_too_many_alternatives():
    root = {"anyOf": [{"required": ["a"]}] * 300}
    assert combiner().root(root) == {}
