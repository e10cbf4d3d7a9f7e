import pytest

from cgb_plugins.tool_schema.references import Document, by_reference, reference_in

ROOT = {
    "$id": "https://example.com/root",
    "properties": {"a": {"items": {"type": "string"}}, "b": {"anyOf": [{"$anchor": "here", "type": "null"}]}},
    "$defs": {"A": {"type": "object"}, "a/b": {"type": "number"}, "odd name": {"$id": "urn:odd"}, "yes": True},
    "definitions": {"A": {"type": "array"}},
}


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        ("#", ()),
        ("#/$defs/A", ("$defs", "A")),
        ("#/%24defs/a~1b", ("$defs", "a/b")),
        ("https://example.com/root#/$defs/A", ("$defs", "A")),
        ("#/properties/b/anyOf/0", ("properties", "b", "anyOf", "0")),
        ("#here", ("properties", "b", "anyOf", "0")),
        ("urn:odd", ("$defs", "odd name")),
    ],
)
def test_finds_what_a_reference_names(ref, path):
    assert Document(ROOT).find(ref)[0] == path


@pytest.mark.parametrize(
    "ref", ["#/$defs/B", "#nowhere", "other.json", "other.json#/$defs/A", "#/properties/b/anyOf/7", "#/$defs/yes", None]
)
def test_finds_nothing_elsewhere(ref):
    assert Document(ROOT).find(ref) is None


def test_gives_every_place_a_legal_name_of_its_own():
    document = Document(ROOT)
    paths = [("$defs", "A"), ("definitions", "A"), ("$defs", "odd name"), ("properties", "a", "items")]
    assert [document.name(path) for path in [*paths, paths[1]]] == ["A", "A_2", "odd_name", "a_items", "A_2"]
    assert [path for path, _ in document.named] == paths


def test_refers_to_what_is_nested_deeper():
    node = {
        "type": "object",
        "properties": {"flat": {"type": "string"}, "a/b": {"items": {}}},
        "anyOf": [{"properties": {}}, {"required": ["a"]}],
        "additionalProperties": {"items": {}},
    }
    assert by_reference(node, ("$defs", "A")) == {
        "type": "object",
        "properties": {"flat": {"type": "string"}, "a/b": {"$ref": "#/%24defs/A/properties/a~1b"}},
        "anyOf": [{"$ref": "#/%24defs/A/anyOf/0"}, {"required": ["a"]}],
        "additionalProperties": {"$ref": "#/%24defs/A/additionalProperties"},
    }


def test_sees_a_reference_of_any_kind():
    assert reference_in({"$dynamicRef": "#a"}) == "#a"
    assert reference_in({"$ref": {"type": "string"}}) is None
