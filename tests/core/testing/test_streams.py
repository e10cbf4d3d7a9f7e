import pytest

from cgb import ContentBlockStart, ContentBlockStop, InputJsonDelta, MessageDelta, MessageStop, TextDelta
from cgb.testing import assert_stream, text_answer

GOOD = list(text_answer("m", "Hi."))


def refused(events):
    with pytest.raises(AssertionError) as caught:
        assert_stream(events)
    return str(caught.value)


def test_an_answer_is_returned_as_a_message():
    message = assert_stream(iter(GOOD))
    assert (message.model, message.content[0].text, message.stop_reason) == ("m", "Hi.", "end_turn")


def test_the_events_round_the_fault_are_shown():
    said = refused([*GOOD[:2], *[TextDelta(0, str(n)) for n in range(10)], TextDelta(1, "here"), *GOOD[3:]])
    first, *lines = said.splitlines()
    assert first == "not an answer: TextDelta for block 1, which is not open"
    assert [line[:6] for line in lines] == [
        "     8",
        "     9",
        "    10",
        "    11",
        ">   12",
        "    13",
        "    14",
        "    15",
    ]
    assert lines[4] == ">   12 TextDelta(index=1, text='here')"


def test_an_answer_that_is_not_over_ends_with_a_mark():
    said = refused(GOOD[:-1])
    assert said.startswith("not an answer: the answer ended without message_stop")
    assert said.splitlines()[-1] == f">    {len(GOOD) - 1} (the end)"
    assert refused([]).splitlines()[-1] == ">    0 (the end)"


def test_long_events_are_cut():
    said = refused([*GOOD[:2], TextDelta(3, "x" * 10_000)])
    assert max(map(len, said.splitlines())) < 200
    assert "…" in said


def test_what_cannot_be_collected_is_no_answer_either():
    tool = {"type": "tool_use", "id": "t", "name": "n", "input": {}}
    spoilt = [ContentBlockStart(0, tool), InputJsonDelta(0, '{"a":'), ContentBlockStop(0)]
    assert ">    3 ContentBlockStop(index=0)" in refused([GOOD[0], *spoilt, MessageDelta("x"), MessageStop()])


@pytest.mark.parametrize("odd", [None, "event", object()])
def test_what_is_no_event_is_no_answer(odd):
    assert ">    1 " in refused([GOOD[0], odd])
