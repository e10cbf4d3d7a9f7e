"""Every fault at every place: the client gets the complete answer or an honest error, soon, and the page says which."""

from dataclasses import replace
from pathlib import Path

import pytest

from cgb.testing.gemini_server.faults import FAULTS, PLACES, PLAIN, STREAMED
from cgb.testing.gemini_server.faults.places import CALL, FIRST, LAST, TEXT

from .failures.client import STREAM, Failure
from .failures.expected import EXPECTED, fate
from .failures.matrix import cells, found
from .failures.page import page
from .failures.refusals import KNOWN
from .failures.service import EVERY, ONCE, Cell
from .failures.verdict import SOON_S, faults_of

PAGE = Path(__file__).parents[2] / "docs/failures.md"


@pytest.mark.parametrize("name", KNOWN)
def test_the_client_gets_what_is_written_down(name):
    seen, _ = found()
    wrong = {cell: told for cell in cells() if cell.fault == name and (told := faults_of(cell, seen[cell]))}
    assert wrong == {}


def test_no_request_of_the_bridge_breaks_a_rule_of_gemini():
    assert found()[1] == []


def test_the_matrix_has_every_fault_in_every_form_at_every_place():
    assert len(KNOWN) >= 40
    expected = {(name, place, form) for name, one in FAULTS.items() for place in one.places for form in one.forms}
    assert expected <= {(cell.fault, cell.place, cell.form) for cell in cells()}
    assert {(cell.place, cell.form) for cell in cells()} == {(at, form) for at in PLACES for form in (STREAMED, PLAIN)}


def test_of_every_fault_that_is_not_harmless_it_is_written_down_what_must_come():
    assert {name for name, fault in KNOWN.items() if not fault.harmless} <= EXPECTED.keys() <= KNOWN.keys()
    with pytest.raises(KeyError, match="new_fault"):
        fate("new_fault")


def test_the_page_is_the_generated_one():
    assert PAGE.read_text(encoding="utf-8") == page()


# What a client must not get is told apart

ONE = Cell("cut", TEXT, STREAMED, ONCE, STREAM)
ERROR = Failure(200, "api_error", "It broke.", {})


def good(cell=ONE):
    seen, _ = found()
    return seen[cell]


def changed(place, said):
    blocks = list(good().blocks)
    kind, old = blocks[place]
    blocks[place] = kind, said(old)
    return {"blocks": tuple(blocks)}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (lambda: changed(1, lambda text: text[:-1]), "said"),
        (lambda: changed(1, lambda text: text + text[-1]), "said"),
        (lambda: changed(0, lambda text: text.replace("both", "all")), "said"),
        (lambda: changed(2, lambda call: (call[0], {})), "said"),
        (lambda: {"blocks": good().blocks[:-1]}, "said"),
        (lambda: {"blocks": (good().blocks[0], *good().blocks)}, "said"),
        (lambda: {"blocks": (*good().blocks, good().blocks[-1])}, "said"),
        (lambda: {"blocks": good().blocks[:2], "stop_reason": "end_turn"}, "stop reason end_turn"),
        (lambda: {"ids": ("toolu_1", "toolu_1")}, "same id"),
        (lambda: {"usage": (0, 0)}, "no usage"),
        (lambda: {"error": ERROR}, "failed"),
        (lambda: {"faulty": ["out of order: twice"]}, "out of order"),
        (lambda: {"seconds": SOON_S + 1}, "took"),
        (lambda: {"happened": 0}, "did not happen"),
    ],
)
def test_what_is_lost_repeated_or_invented_is_found(changes, told):
    assert faults_of(ONE, good()) == []
    assert told in faults_of(ONE, replace(good(), **changes()))[0]


@pytest.mark.parametrize(
    ("place", "changes", "told"),
    [
        (TEXT, {"error": None, "stop_reason": "end_turn"}, "no error, but end_turn"),
        (TEXT, {"error": replace(ERROR, type="overloaded_error")}, "overloaded_error"),
        (TEXT, {"blocks": (("text", "Something else."),)}, "not the answer's beginning"),
        (FIRST, {"error": ERROR}, "HTTP 200, not 502"),
        (CALL, {"error": ERROR}, "failed"),
        (LAST, {"error": None, "stop_reason": "end_turn"}, "no error, but end_turn"),
    ],
)
def test_a_failure_that_is_no_honest_error_is_found(place, changes, told):
    cell = replace(ONE, place=place, times=EVERY)
    assert faults_of(cell, good(cell)) == []
    assert told in faults_of(cell, replace(good(cell), **changes))[0]


def test_headers_that_must_be_there_are_missed():
    cell = Cell("rate_minute", FIRST, STREAMED, EVERY, STREAM)
    error = good(cell).error
    assert error is not None
    assert error.headers["retry-after"] == "2"
    assert "headers" in faults_of(cell, replace(good(cell), error=replace(error, headers={})))[0]
