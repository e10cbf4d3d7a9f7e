from cgb_plugins.tool_schema.draft import Draft, short


def test_says_in_the_description_what_it_takes_away():
    draft = Draft({"description": "A name.", "not": {"const": 1}, "if": {}}, ("properties", "a"), [])
    draft.tell("not")
    draft.tell("if")
    assert draft.finished() == {"description": 'A name. [not: {"const":1}] [if: {}]'}
    assert [(note.path, note.keyword) for note in draft.notes] == [("/properties/a", "not"), ("/properties/a", "if")]


def test_drops_without_a_word():
    draft = Draft({"$comment": "x"}, (), [])
    draft.drop("$comment")
    draft.drop("absent")
    assert (draft.finished(), draft.notes) == ({}, [])


def test_keeps_hints_short():
    assert short("^a$") == "^a$"
    assert len(short({"enum": ["word"] * 100})) == 161
