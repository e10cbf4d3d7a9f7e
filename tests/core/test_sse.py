import orjson
import pytest

from cgb import ApiError, MessageDelta, MessageStop, TextDelta, UnknownEvent
from cgb.messages import InputJsonDelta, Usage
from cgb.sse import PING, Frames, decode, encode, frame

from ..fixtures import replies


async def decoded(*chunks):
    async def feed():
        for chunk in chunks:
            yield chunk

    return [event async for event in decode(feed())]


def test_an_event_has_its_line_and_its_data():
    assert encode(MessageStop()) == b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    assert encode(InputJsonDelta(2, '{"a"')) == (
        b"event: content_block_delta\n"
        b'data: {"type":"content_block_delta","index":2,'
        b'"delta":{"type":"input_json_delta","partial_json":"{\\"a\\""}}\n\n'
    )


@pytest.mark.parametrize("text", ["Hi.", 'a"b\\c\n\r\u2028', "\U0001f600", "", "%d %b"])
def test_the_short_way_for_text_says_the_same(text):
    from cgb.messages import event_to_wire

    event = TextDelta(3, text)
    assert encode(event) == frame(event_to_wire(event))


def test_half_an_emoji_does_not_break_the_stream():
    assert b"\xef\xbf\xbd" in encode(TextDelta(0, "\ud83d"))
    assert b"\xef\xbf\xbd" in encode(InputJsonDelta(0, "\ud83d"))


def test_frames_are_cut_out_of_any_pieces():
    body = b": comment\n\nevent: a\ndata: 1\n\ndata:2\r\n\r\ndata: 3\ndata: 4\nid: x\n\nretry: 5\n\ndata: open"
    for size in (1, 2, 3, 7, len(body)):
        frames = Frames()
        found = [one for at in range(0, len(body), size) for one in frames.feed(body[at : at + size])]
        assert found == [b"1", b"2", b"3\n4"], size


async def test_pings_are_left_out():
    assert await decoded(PING, encode(MessageStop()), PING) == [MessageStop()]


async def test_an_error_event_is_raised():
    error = frame({"type": "error", "error": {"type": "overloaded_error", "message": "No room."}})
    with pytest.raises(ApiError, match=r"No room\.") as caught:
        await decoded(error)
    assert caught.value.type == "overloaded_error"


async def test_unknown_events_come_through():
    data = {"type": "novelty", "more": [1]}
    assert await decoded(frame(data)) == [UnknownEvent(data)]


async def test_the_end_keeps_what_it_says_besides():
    event = MessageDelta("tool_use", None, Usage(output_tokens=3, iterations=[1]), {"stop_details": {"a": 1}})
    assert await decoded(encode(event)) == [event]


@pytest.mark.parametrize("name", [name for name in replies() if name.endswith(".sse") and "error" not in name])
async def test_golden_replies_go_in_and_out_unchanged(name):
    raw = replies()[name]
    events = await decoded(raw)
    wire = [orjson.loads(data) for data in Frames().feed(raw)]
    again = [orjson.loads(data) for data in Frames().feed(b"".join(map(encode, events)))]
    assert again == [one for one in wire if one["type"] != "ping"]
