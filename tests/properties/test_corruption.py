"""A broken answer is an error, or whole all the same: never a shorter one that looks complete."""

import orjson
from hypothesis import assume, given
from hypothesis import strategies as st

from cgb import ApiError
from cgb.messages import Grammar, MessageStop
from cgb.testing import assert_stream
from cgb.testing.strategies import cuttings

from .gemini_strategies import answers, framings, streams, whole_stream
from .in_process import NEW, heard, plain

REQUEST = {
    "model": NEW,
    "max_tokens": 8192,
    "messages": [{"role": "user", "content": "Go."}],
    "thinking": {"type": "adaptive"},
}


def tried(bridge, *chunks):
    """The message that came of these attempts, or None; the client could read whatever it was sent."""
    events = []
    exchange = bridge.begin(REQUEST, *chunks)
    try:
        bridge.run(heard(exchange.events(), events))
    except ApiError:
        grammar = Grammar()
        for event in events:
            grammar.read(event)
        assert not any(isinstance(event, MessageStop) for event in events)
        return None
    return assert_stream(events)


def said(message):
    """What a message says, without what it cost."""
    wire = plain(message)
    del wire["usage"]
    return wire


def whole(bridge, body):
    message = tried(bridge, [body])
    assert message is not None
    return said(message)


def unframed(frames):
    """Frames as the array that comes without `alt=sse`."""
    return b"[" + b",\r\n".join(map(orjson.dumps, frames)) + b"\n]"


@given(parts=answers, data=st.data())
def test_an_answer_cut_at_any_byte(unrepaired, parts, data):
    frames = data.draw(framings(parts))
    body = data.draw(streams(frames) | st.just(unframed(frames)))
    cut = body[: data.draw(st.integers(0, len(body)))]
    message = tried(unrepaired, data.draw(cuttings(cut)))
    assert message is None or said(message) == whole(unrepaired, body)


def uncommitted(parts):
    """How many bytes of their stream may come before there is a text or a call, behind which nobody asks anew."""
    frames = whole_stream(parts).split(b"\r\n\r\n")
    first = [bool(part.get("thought")) for part in parts].index(False)
    return len(b"".join(frames[:first])) + 4 * first + len(frames[first]) - 1


@given(parts=answers, data=st.data())
def test_an_answer_that_was_asked_for_again_is_whole_but_for_thoughts_before_it(bridge, parts, data):
    body = whole_stream(parts)
    message = tried(bridge, [body[: data.draw(st.integers(0, uncommitted(parts)))]], [body])
    if message is None:
        return
    expected, got = whole(bridge, body), said(message)
    before = len(got["content"]) - len(expected["content"])
    assert got["content"][before:] == expected["content"]
    assert all(block["type"] in {"thinking", "redacted_thinking", "text"} for block in got["content"][:before])
    assert not any(block.get("text") for block in got["content"][:before])
    assert got["stop_reason"] == expected["stop_reason"]


# Bytes that are not what they were

longer = st.sampled_from(
    ["Wörter und mehr als nur ein paar", "👩‍💻 an emoji in the midst of words", "Plain words, as they come"]
)
pieces = st.one_of(
    longer.map(lambda text: {"text": text}),
    longer.map(lambda text: {"text": text, "thought": True}),
    longer.map(lambda text: {"functionCall": {"name": "Write", "args": {"content": text}}, "thoughtSignature": "c2ln"}),
)
STRUCTURE = b'{}[]":,\\ \r\ndat\x00\x80\xff\xc3\xf0'
noise = st.binary(min_size=1, max_size=4) | st.sampled_from([bytes([byte]) for byte in STRUCTURE])


def is_intact(body):
    """Whether it still is UTF-8, framed, and JSON: then nobody can see that it was changed."""
    try:
        body.decode()
        if body.startswith(b"["):
            return bool(orjson.loads(body))
        lines = body.replace(b"\r", b"\n").split(b"\n")
        return all(is_frame(line) for line in lines if line.strip())
    except ValueError:
        return False


def is_frame(line):
    return line.startswith(b"data:") and isinstance(orjson.loads(line[5:]), dict)


@st.composite
def corrupted(draw, body):
    """Some bytes changed, put in, taken out or repeated, or all that follow lost: UTF-8, framing or JSON breaks."""
    place = draw(st.integers(0, len(body) - 1))
    size = draw(st.sampled_from([1, 2, 5, 30]))
    head, span, tail = body[:place], body[place : place + size], body[place + size :]
    byte = draw(noise)
    broken = draw(
        st.sampled_from([head + byte + tail, head + byte + span + tail, head + tail, head + span * 2 + tail, head])
    )
    assume(not is_intact(broken))
    return broken


@given(parts=st.lists(pieces, min_size=2, max_size=4), data=st.data())
def test_an_answer_that_was_broken(unrepaired, parts, data):
    """Not one character less, or another, in what looks complete."""
    assume(any(not part.get("thought") for part in parts))
    body = whole_stream(parts)
    if data.draw(st.booleans()):
        body = unframed([orjson.loads(line[5:]) for line in body.splitlines() if line.strip()])
    message = tried(unrepaired, data.draw(cuttings(data.draw(corrupted(body)))))
    assert message is None or said(message) == whole(unrepaired, body)
