import pytest

from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.faults.events import Cut, Frame, Hang
from cgb.testing.gemini_server.faults.fault import Fault

GOOD = [Frame({"candidates": [{"content": {"parts": [{"text": "ab"}]}, "finishReason": "STOP"}]})]
TEXT = frozenset({"text"})


def cut(_good, options):
    return [Cut(headers=options["after"] == 7)]


def test_its_own_number_of_frames_is_used_when_none_is_asked_for():
    assert Fault("f", "", "", cut, after=7).apply(GOOD, {}) == [Cut(headers=True)]
    assert Fault("f", "", "", cut, after=7).apply(GOOD, {"after": 1}) == [Cut()]


def test_a_plain_answer_may_have_its_own_rewriting():
    fault = Fault("f", "", "", cut, plain=lambda _good, _options: [Hang()])
    assert fault.apply(GOOD, {}, "plain") == [Hang()]
    assert fault.apply(GOOD, {}, "streamed") == [Cut()]


@pytest.mark.parametrize(
    ("options", "form", "text"),
    [
        ({"at": "call"}, "streamed", "'f' at 'call'; it can happen at text"),
        ({}, "plain", "'f' in a plain answer; it exists streamed"),
    ],
)
def test_what_it_cannot_do(options, form, text):
    fault = Fault("f", "", "", cut, TEXT, forms=("streamed",))
    assert not fault.fits(GOOD, options, form)
    with pytest.raises(GoogleError, match=text):
        fault.apply(GOOD, options, form)


def test_what_the_answer_does_not_have():
    with pytest.raises(GoogleError, match="at 'thinking', which this answer does not have"):
        Fault("f", "", "", cut).apply(GOOD, {"at": "thinking"})


@pytest.mark.parametrize(
    ("harmless", "final", "breaks"), [(True, False, False), (False, True, False), (False, False, True)]
)
def test_what_makes_a_client_ask_again(harmless, final, breaks):
    assert Fault("f", "", "", cut, harmless=harmless, final=final).breaks == breaks
