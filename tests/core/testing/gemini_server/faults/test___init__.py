"""The registry, and what every fault does at every place it can happen at, in both forms."""

import pytest

from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.faults import (
    FAULTS,
    PLACES,
    apply,
    connection,
    contents,
    finishes,
    named,
    spelling,
    statuses,
)
from cgb.testing.gemini_server.faults.fault import BOTH

CELLS = [
    (name, place, form) for name, fault in FAULTS.items() for place in sorted(fault.places) for form in fault.forms
]
MODULES = (statuses, connection, finishes, contents, spelling)
# Bytes that no reader of whole lines with one JSON value each can read; their own tests read them.
RESPELT = {fault.name for fault in spelling.FAULTS}
WHOLE = (
    "First I look, then I look again, then I answer.",
    "The anßwer has several pieces, and “ä” in the midst of them.",
    ["f", "g"],
)


def test_the_catalogue_is_large_and_each_name_is_its_own():
    assert len(FAULTS) == sum(len(module.FAULTS) for module in MODULES) > 100
    assert len(CELLS) > 500


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda fault: fault.name)
def test_each_fault_says_what_and_where_from(fault):
    assert fault.summary
    assert fault.source
    assert fault.places <= set(PLACES)
    assert fault.places
    assert fault.forms
    assert set(fault.forms) <= set(BOTH)
    assert not (fault.harmless and fault.final)


def test_no_fault_is_the_answer_itself():
    assert apply([], None) == []


def test_an_unknown_fault():
    with pytest.raises(GoogleError, match="The script names an unknown fault 'odd'; known are http, "):
        named({"kind": "odd"})


def expected_before(place):
    """What was said before the place, as a check of each kind."""
    thoughts, text, calls = WHOLE
    return {
        "first": lambda said: said == ("", "", []),
        "thinking": lambda said: 0 < len(said[0]) < len(thoughts) and said[1:] == ("", []),
        "text": lambda said: said[0] == thoughts and 0 < len(said[1]) < len(text) and said[2] == [],
        "call": lambda said: said[:2] == (thoughts, text) and said[2] == calls[:1],
        "last": lambda said: said == WHOLE,
    }[place]


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        (name, place)
        for name, place, form in CELLS
        if form == "streamed" and name in {"cut", "eof", "hang", "bare_error"}
    ],
)
def test_what_arrives_before_the_place(faulty, kind, place):
    arrived = faulty(kind, at=place)
    said = arrived.said if arrived.frames else ("", "", [])
    assert expected_before(place)(said), said
    assert arrived.finish != "STOP" if arrived.frames else True


@pytest.mark.parametrize(("kind", "place", "form"), CELLS)
def test_every_fault_at_every_place(faulty, kind, place, form):
    """A breaking fault never leaves the whole answer; a harmless one never takes anything from it."""
    fault, arrived = FAULTS[kind], faulty(kind, form, at=place)
    if fault.harmless:
        assert (arrived.status, arrived.end) == (200, "whole")
        if kind not in RESPELT:
            assert_whole(fault, arrived, place)
    elif fault.breaks:
        assert not sound(arrived), arrived


def assert_whole(fault, arrived, place):
    thoughts, text, calls = arrived.said
    text = text.encode("utf-16", "surrogatepass").decode("utf-16").removesuffix(" This comes too late.")
    thoughts = thoughts.encode("utf-16", "surrogatepass").decode("utf-16")
    added = thoughts if place == "thinking" else text
    assert fault.adds in added
    without = {name: said.replace(fault.adds, "", 1) for name, said in (("thinking", thoughts), ("text", text))}
    assert ((without["thinking"], without["text"]) if fault.adds else (thoughts, text)) == WHOLE[:2]
    assert [name.removeprefix("default_api:") for name in calls] == WHOLE[2]
    assert arrived.status == 200


def sound(arrived):
    """Whether an answer looks whole: status, end, every byte readable, a proper finish, nothing missing."""
    if (arrived.status, arrived.end) != (200, "whole") or "content-encoding" in arrived.headers:
        return False
    try:
        lines = arrived.body.decode().split("\r\n\r\n") if b"data: " in arrived.body else []
        finish, said = arrived.finish, arrived.said
    except ValueError:
        return False
    readable = sum(bool(line) for line in lines) == len(arrived.frames) if lines else True
    return readable and finish == "STOP" and said == WHOLE


def test_a_place_the_fault_does_not_have(faulty):
    arrived = faulty("internal", at="text")
    assert (arrived.status, "it can happen at first" in arrived.plain["error"]["message"]) == (400, True)


def test_a_place_the_answer_does_not_have(faulty):
    arrived = faulty("cut", at="call", step={"calls": []})
    assert (arrived.status, "which this answer does not have" in arrived.plain["error"]["message"]) == (400, True)


def test_a_form_the_fault_does_not_have(faulty):
    arrived = faulty("cr", "plain")
    assert (arrived.status, "it exists streamed" in arrived.plain["error"]["message"]) == (400, True)
