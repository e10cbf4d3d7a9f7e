import pytest

from cgb import Note
from cgb.explain.schemas import SchemaChange, tool_schemas

WEAKENED = {"path": "/properties/a", "keyword": "pattern", "how": "weakened"}
DROPPED = {"path": "", "keyword": "$schema", "how": "dropped"}


def tool(name, **schema):
    return {"name": name, "input_schema": {"type": "object", **schema}}


def note(kind, **data):
    return Note("some-plugin", kind, "words", data)


def test_each_tool_with_its_sizes_and_its_changes():
    before = {"tools": [tool("a", pattern="x"), tool("b"), {"type": "web_search_20250305", "name": "web_search"}]}
    after = {"tools": [tool("a"), tool("b")]}
    first, second = tool_schemas(before, after, [note("schema", tool="a", changes=[WEAKENED, DROPPED])])
    assert (first.tool, first.bytes_before, first.bytes_after) == ("a", 31, 17)
    assert first.changes == (
        SchemaChange("/properties/a", "pattern", "weakened"),
        SchemaChange("", "$schema", "dropped"),
    )
    assert (second.tool, second.changes, second.left_out) == ("b", (), "")
    assert second.bytes_before == second.bytes_after == 17


def test_what_two_attempts_noted_is_told_once():
    notes = [note("schema", tool="a", changes=[WEAKENED]), note("schema", tool="a", changes=[WEAKENED])]
    (found,) = tool_schemas({"tools": [tool("a")]}, {"tools": [tool("a")]}, notes)
    assert len(found.changes) == 1


def test_a_tool_left_out_says_why():
    notes = [note("quarantine", tool="a", path="/properties/x", reason="it is too deep"), note("quarantine", tool="b")]
    first, second = tool_schemas({"tools": [tool("a"), tool("b")]}, {"tools": []}, notes)
    assert (first.bytes_after, first.left_out) == (None, "/properties/x: it is too deep")
    assert second.left_out == "words"


@pytest.mark.parametrize("changes", [None, "words", 3, [3, "words", None], {"path": "/a"}])
def test_a_note_of_another_make_says_nothing(changes):
    (found,) = tool_schemas({"tools": [tool("a")]}, None, [note("schema", tool="a", changes=changes)])
    assert found.changes == ()


def test_other_notes_say_nothing_of_schemas():
    (found,) = tool_schemas({"tools": [tool("a")]}, None, [note("retry", reason="x"), note("schema", tool="z")])
    assert (found.changes, found.left_out, found.bytes_after) == ((), "", None)
    assert tool_schemas({}, {}, []) == ()
