import orjson
import pytest

from cgb import ApiError, MessageDelta, MessageStop, TextDelta, UnknownEvent, UnusableAnswer
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


def cut(body, size):
    frames = Frames()
    pieces = [piece for at in range(0, len(body), size) for piece in (b"", body[at : at + size])]
    found = [one for piece in pieces for one in frames.feed(piece)]
    return found, list(frames.end())


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_frames_are_cut_out_of_any_pieces(end, size):
    body = b": comment\n\nevent: a\ndata: 1\n\ndata:2\n\ndata: 3\ndata: 4\nid: x\n\nretry: 5\n\ndata: open"

    assert cut(body.replace(b"\n", end), size) == ([b"1", b"2", b"3\n4"], [b"open"])


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\u0085", "\v", "\f", "\x1c"])
def test_only_cr_and_lf_end_a_line(odd):
    assert cut(f"data: a{odd}b\n\n".encode(), 1) == ([f"a{odd}b".encode()], [])


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    assert cut(b"\xef\xbb\xbfdata: 1\n\n", 1) == ([b"1"], [])


async def test_pings_are_left_out():
    assert await decoded(PING, b"data:\n\n", encode(MessageStop()), b": hello\n\n", PING) == [MessageStop()]


async def test_an_error_event_is_raised():
    error = frame({"type": "error", "error": {"type": "overloaded_error", "message": "No room."}})
    with pytest.raises(ApiError, match=r"No room\.") as caught:
        await decoded(error)
    assert caught.value.type == "overloaded_error"


@pytest.mark.parametrize("said", [{}, {"error": None}, {"error": "full"}, {"error": {"type": 7}}])
async def test_an_error_event_that_does_not_explain_itself_is_one_too(said):
    with pytest.raises(ApiError, match="does not explain itself"):
        await decoded(frame({"type": "error", **said}))


@pytest.mark.parametrize("end", [b"", b"\n"])
async def test_the_last_event_need_not_be_followed_by_a_blank_line(end):
    assert await decoded(encode(MessageStop()).rstrip() + end) == [MessageStop()]


@pytest.mark.parametrize(
    "raw",
    [
        b"data: {\n\n",
        b"data: nonsense\n\n",
        b"data: 7\n\n",
        b"data: []\n\n",
        b"data: {}\n\n",
        b'data: {"type": "message_start"}\n\n',
        b'data: {"type": "message_start", "message": {"usage": 7}}\n\n',
        b'data: {"type": "content_block_start", "index": 0, "content_block": {}}\n\n',
        b'data: {"type": "content_block_stop"}\n\n',
        b'data: {"type": "content_block_stop", "index": "0"}\n\n',
        b'data: {"type": "content_block_delta", "index": 0}\n\n',
        b'data: {"type": "content_block_delta", "index": 0, "delta": []}\n\n',
        b'data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": 7}}\n\n',
        b'data: {"type": "message_delta", "delta": 7}\n\n',
        b'data: {"type": "message_delta", "delta": {"stop_reason": 7}}\n\n',
        encode(TextDelta(0, "Hi")).replace(b"Hi", b"H\xff"),
        encode(TextDelta(0, "Hi")).replace(b"Hi", b"H\n"),
        encode(TextDelta(0, "Hi")).replace(b"data", b"dat"),
        encode(TextDelta(0, "Hi")).replace(b"data", b":ata"),
        encode(TextDelta(0, "Hi")).replace(b"\ndata", b"data"),
        encode(TextDelta(0, "Hi"))[:-10],
    ],
)
async def test_a_frame_that_is_no_event_is_an_unusable_answer(raw):
    with pytest.raises(UnusableAnswer) as caught:
        await decoded(raw)
    assert caught.value.kind == "cut"


async def test_half_an_escaped_emoji_does_not_cost_the_answer():
    assert await decoded(encode(TextDelta(0, "Hi")).replace(b"Hi", b"\\ud83d")) == [TextDelta(0, "\ufffd")]


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
