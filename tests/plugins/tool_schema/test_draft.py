import pytest

from cgb_plugins.tool_schema.compiled import Change
from cgb_plugins.tool_schema.draft import Draft, Ledger, say


def test_says_in_the_description_what_it_takes_away():
    ledger = Ledger()
    draft = Draft({"description": "A name.", "not": {"const": 1}, "if": {}}, ("properties", "a"), ledger)
    draft.tell("not")
    draft.tell("if")
    ledger.write()
    assert draft.fields == {"description": "A name. [not: 1] []"}
    assert ledger.changes == [Change("/properties/a", "not", "moved"), Change("/properties/a", "if", "moved")]


def test_records_what_it_drops_unless_it_speaks_to_programs_only():
    ledger = Ledger()
    draft = Draft({"$comment": "x", "x-order": 1, "readOnly": True}, (), ledger)
    for keyword in ("$comment", "x-order", "readOnly", "absent"):
        draft.drop(keyword)
    assert draft.fields == {}
    assert ledger.changes == [Change("", "readOnly", "dropped")]


def test_the_shortest_words_come_first_when_room_is_short():
    ledger = Ledger(budget=20)
    draft = Draft({"contains": {"minLength": 12345, "maxLength": 1}, "format": "uri"}, (), ledger)
    draft.tell("contains")
    draft.tell("format")
    ledger.write()
    assert draft.fields == {"description": "[format: uri]"}
    assert [change.how for change in ledger.changes] == ["weakened", "moved"]


def test_the_room_is_for_all_that_is_written():
    ledger = Ledger(budget=20)
    for _ in range(2):
        draft = Draft({"format": "uri"}, (), ledger)
        draft.tell("format")
        ledger.write()
    assert [change.how for change in ledger.changes] == ["moved", "weakened"]


@pytest.mark.parametrize("description", [None, ""])
def test_says_it_where_nothing_was_said(description):
    fields = {} if description is None else {"description": description}
    say(fields, "[deprecated]")
    assert fields == {"description": "[deprecated]"}


def test_forgets_what_was_tried_in_vain():
    ledger = Ledger()
    Draft({"not": {}}, (), ledger).tell("not")
    mark = ledger.mark()
    draft = Draft({"format": "uri"}, (), ledger)
    draft.tell("format")
    ledger.rewind(mark)
    ledger.write()
    assert [change.keyword for change in ledger.changes] == ["not"]
    assert draft.fields == {}
