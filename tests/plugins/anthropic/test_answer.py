"""The server's events, as they are."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb import MessageDelta, MessageStart, Overloaded, UnknownEvent, UnusableAnswer
from cgb.messages import event_to_wire
from cgb.messages import events_of as events_of_message
from cgb.sse import PING, encode, frame
from cgb.testing.strategies import cuttings, messages
from cgb_plugins.anthropic.answer import events_of

START = {"type": "message_start", "message": {"id": "msg_1", "model": "claude-x", "content": [], "novel": 1}}
END = {
    "type": "message_delta",
    "delta": {"stop_reason": "end_turn", "stop_sequence": None, "stop_details": {"a": 1}},
    "usage": {"output_tokens": 3, "novel": 4},
    "context_management": {"applied_edits": []},
}
STOP = {"type": "message_stop"}


async def each(chunks):
    for chunk in chunks:
        yield chunk


async def collected(*chunks):
    return [event async for event in events_of(each(chunks), "opus", "host")]


def read(*chunks):
    return asyncio.run(collected(*chunks))


@given(st.data(), messages())
def test_any_answer_in_any_pieces_comes_as_it_is(data, message):
    events = list(events_of_message(message))
    got = read(*data.draw(cuttings(b"".join(map(encode, events)))))
    assert got == [MessageStart(events[0].message.with_(model="opus")), *events[1:]]


def test_what_this_version_does_not_know_comes_through():
    novel = {"type": "novelty", "x": [1]}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "novel_block", "x": 1}}
    delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "novel_delta", "x": 1}}
    stop = {"type": "content_block_stop", "index": 0}
    start, *rest = read(*map(frame, [START, novel, block, delta, stop, END, STOP]))
    assert start.message.get("novel") == 1
    wire = [event_to_wire(event) for event in rest]
    assert wire[:4] == [novel, block, delta, stop]
    assert wire[4] == {**END, "usage": {**wire[4]["usage"], **END["usage"]}}
    assert isinstance(rest[0], UnknownEvent)
    assert isinstance(rest[4], MessageDelta)


def test_the_model_is_called_as_the_client_calls_it():
    [start, *_] = read(frame(START), frame(END), frame(STOP))
    assert start.message.model == "opus"


def test_pings_are_the_bridges_own():
    assert len(read(PING, frame(START), PING, frame(END), frame(STOP), PING)) == 3


@pytest.mark.parametrize("whole", [0, 1, 2])
def test_an_end_before_message_stop_is_a_cut(whole):
    with pytest.raises(UnusableAnswer) as failure:
        read(*[frame(one) for one in (START, END)][:whole])
    assert failure.value.kind == "cut"


def test_an_error_event_ends_the_answer():
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    with pytest.raises(Overloaded, match=r"Overloaded \(host\)"):
        read(frame(START), frame(error))


def test_a_spoilt_frame_is_a_cut():
    with pytest.raises(UnusableAnswer, match="no event"):
        read(frame(START), b"data: {\n\n")


async def test_what_breaks_after_message_stop_spoils_nothing():
    async def chunks():
        yield frame(START) + frame(END) + frame(STOP)
        raise UnusableAnswer("the connection broke", kind="cut")

    assert len([event async for event in events_of(chunks(), "opus", "host")]) == 3


async def test_a_server_that_does_not_hang_up_holds_nobody_up(monkeypatch):
    monkeypatch.setattr("cgb_plugins.anthropic.answer._LAST_BYTES_S", 0.01)

    async def chunks():
        yield frame(START) + frame(END) + frame(STOP)
        await asyncio.Event().wait()

    assert len([event async for event in events_of(chunks(), "opus", "host")]) == 3
