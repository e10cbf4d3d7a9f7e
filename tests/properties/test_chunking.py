"""It does not matter in which pieces an answer comes, nor in which form the client wants it."""

import asyncio

import orjson
from hypothesis import given
from hypothesis import strategies as st

from cgb.config import ServerSettings
from cgb.messages import Message, accumulate
from cgb.server.answer import PlainAnswer, StreamedAnswer
from cgb.sse import decode
from cgb.testing.strategies import cuttings

from .gemini_strategies import STOP, answers, cut_streams, framings, is_text, streams, words
from .in_process import NEW, each, plain

stops = st.sampled_from([None, [STOP], ["0"], ["e\u0301", "0"]])
thinking = st.sampled_from([None, {"type": "adaptive"}])


def request(**fields):
    asked = {"model": NEW, "max_tokens": 8192, "messages": [{"role": "user", "content": "Go."}], **fields}
    return {name: value for name, value in asked.items() if value is not None}


@given(parts=answers, stop=stops, thinking=thinking, data=st.data())
def test_the_same_answer_in_other_pieces_is_the_same_message(bridge, parts, stop, thinking, data):
    asked = request(stop_sequences=stop, thinking=thinking)
    one, other = (bridge.ask(asked, data.draw(cut_streams(parts))).message for _ in range(2))
    if stop:  # the figures are those of the frame that ended it
        figures = {"output_tokens": 1, "output_tokens_details": None}
        one, other = (message.with_(usage=message.usage.with_(**figures)) for message in (one, other))
    assert plain(one) == plain(other)


@st.composite
def odd_streams(draw, frames):
    """Frames in forms that Gemini seldom sends: unframed, several a line, over lines and over events."""
    raw = [orjson.dumps(frame, option=draw(st.sampled_from([0, orjson.OPT_INDENT_2]))) for frame in frames]
    match draw(st.sampled_from(["array", "unframed", "together", "apart"])):
        case "array":
            return b"[" + draw(st.sampled_from([b",", b"\n,\r\n"])).join(raw) + b"]"
        case "unframed":
            return b"\n".join(raw)
        case "together":
            return b"data: " + b"".join(raw).replace(b"\n", b"\ndata: ") + b"\n\n"
        case _:
            lines = b"".join(raw).replace(b"\n", b"")
            return b"".join(b"data: " + piece + b"\r\n\r\n: more\r\n" for piece in draw(cuttings(lines)))


@given(parts=answers, thinking=thinking, data=st.data())
def test_the_same_answer_in_another_form_is_the_same_message(bridge, parts, thinking, data):
    frames, asked = data.draw(framings(parts)), request(thinking=thinking)
    one = bridge.ask(asked, [data.draw(streams(frames))]).message
    other = bridge.ask(asked, data.draw(cuttings(data.draw(odd_streams(frames))))).message
    assert plain(one) == plain(other)


@given(parts=answers, stop=stops, thinking=thinking)
def test_a_stop_sequence_ends_the_text_where_it_begins(bridge, parts, stop, thinking):
    texts = "".join(part["text"] for part in parts if is_text(part))
    asked = request(stop_sequences=stop, thinking=thinking)
    message = bridge.ask(asked, [b"data: " + orjson.dumps(whole(parts)) + b"\n\n"]).message
    shown = "".join(block.text for block in message.content if block.type == "text")
    ends = [texts.index(one) for one in stop or () if one in texts]
    assert shown == texts[: min(ends, default=len(texts))]
    # A call that was made is to be answered, whatever came after it.
    called = any(block.type == "tool_use" for block in message.content)
    assert message.stop_reason == ("tool_use" if called else "stop_sequence" if ends else "end_turn")


def whole(parts, **candidate):
    content = {"role": "model", "parts": parts}
    return {"candidates": [{"content": content, "finishReason": "STOP", **candidate}]}


@st.composite
def searches(draw):
    """The texts of a grounded answer, and what they rest on; offsets are of bytes, and some are nonsense."""
    texts = [{"text": text} for text in draw(st.lists(words, min_size=1, max_size=4))]
    size = len("".join(part["text"] for part in texts).encode())
    offsets = st.tuples(st.integers(0, size + 2), st.integers(0, size + 2))
    supports = [
        {"segment": {"startIndex": start, "endIndex": end}, "groundingChunkIndices": [0]}
        for start, end in draw(st.lists(offsets, max_size=3))
    ]
    chunks = [{"web": {"uri": "https://example.org/1", "title": "example.org"}}]
    return texts, {"webSearchQueries": ["x"], "groundingChunks": chunks, "groundingSupports": supports}


@given(search=searches(), data=st.data())
def test_what_a_search_found_comes_once_and_the_words_as_they_were(bridge, search, data):
    texts, grounding = search
    asked = request(tools=[{"type": "web_search_20250305", "name": "web_search"}])

    def answer():
        frames = data.draw(framings(texts))
        last = next(frame for frame in reversed(frames) if (frame.get("candidates") or [{}])[0].get("finishReason"))
        last["candidates"][0]["groundingMetadata"] = grounding
        return bridge.ask(asked, data.draw(cuttings(data.draw(streams(frames))))).message

    one, other = answer(), answer()
    assert plain(one) == plain(other)
    kinds = [block.type for block in one.content]
    assert kinds[:2] == ["server_tool_use", "web_search_tool_result"]
    assert set(kinds[2:]) == {"text"}
    joined = "".join(part["text"] for part in texts)
    shown = "".join(block.text for block in one.content[2:])
    assert shown.replace("\ufffd", "") in joined or shown == joined


class Client:
    """What an ASGI server sees of an answer."""

    def __init__(self):
        self.started = {}
        self.body = b""

    async def receive(self):
        await asyncio.Event().wait()

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.started = message
        self.body += message.get("body", b"")


def answered(bridge, kind, asked, chunks):
    client = Client()

    async def run():
        await kind(bridge.begin(asked, chunks), ServerSettings())({}, client.receive, client.send)

    bridge.run(run())
    assert client.started["status"] == 200
    return client.body


@given(parts=answers, thinking=thinking, data=st.data())
def test_streamed_and_plain_answers_agree_member_by_member(bridge, parts, thinking, data):
    asked, chunks = request(thinking=thinking), data.draw(cut_streams(parts))
    as_json = orjson.loads(answered(bridge, PlainAnswer, asked, chunks))
    sent = data.draw(cuttings(answered(bridge, StreamedAnswer, asked, chunks)))
    streamed = bridge.run(accumulate(decode(each(sent))))
    assert plain(streamed) == plain(Message.model_validate(as_json))
    assert list(streamed.to_wire()) == list(as_json)
