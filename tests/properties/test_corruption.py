"""A broken answer is an error, or whole all the same: never a shorter one that looks complete."""

import orjson
from hypothesis import assume, given
from hypothesis import strategies as st

from cgb import ApiError
from cgb.messages import CARRY_FIELD, Grammar, MessageStop
from cgb.testing import assert_stream

from .gemini_strategies import answers, framings, streams, whole_stream
from .in_process import NEW, heard, plain
from .strategies import cuttings

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


@given(parts=answers, data=st.data())
def test_an_answer_cut_at_any_byte(bridge, parts, data):
    body = data.draw(streams(data.draw(framings(parts))))
    cut = body[: data.draw(st.integers(0, len(body)))]
    message = tried(bridge, *[data.draw(cuttings(cut))] * 3)
    assert message is None or said(message) == whole(bridge, body)


@given(parts=answers, data=st.data())
def test_an_unframed_answer_cut_at_any_byte(bridge, parts, data):
    frames = data.draw(framings(parts))
    body = b"[" + b",\r\n".join(map(orjson.dumps, frames)) + b"\n]"
    cut = body[: data.draw(st.integers(0, len(body)))]
    message = tried(bridge, *[data.draw(cuttings(cut))] * 3)
    assert message is None or said(message) == whole(bridge, body)


@given(parts=answers, data=st.data())
def test_an_answer_that_was_asked_for_again_is_whole_but_for_thoughts_before_it(bridge, parts, data):
    body = whole_stream(parts)
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    message = tried(bridge, [cut], [body])
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
    longer.map(lambda text: {"functionCall": {"name": "Write", "args": {"content": text}}}),
)
STRUCTURE = b'{}[]":,\\ \r\ndat\x00\x80\xff\xc3\xf0'


def is_intact(body):
    """Whether it still is UTF-8, framed, and JSON: then nobody can see that it was changed."""
    lines = body.replace(b"\r", b"\n").split(b"\n")
    return all(not line.strip() or is_comment(line) or is_frame(line) for line in lines)


def is_comment(line):
    """A frame that became one is lost: by the standard it may be there, and says nothing."""
    return line.startswith(b":")


def is_frame(line):
    try:
        line.decode()
        return line.startswith(b"data:") and isinstance(orjson.loads(line[5:]), dict)
    except ValueError:
        return False


def missing(text, original):
    """How many characters of the original are not in the text, but for one place where it was changed."""
    same = [one == other for one, other in zip(text, original, strict=False)]
    head = same.index(False) if False in same else len(same)
    backwards = [one == other for one, other in zip(text[head:][::-1], original[head:][::-1], strict=False)]
    tail = backwards.index(False) if False in backwards else len(backwards)
    return len(original) - head - tail


@st.composite
def corrupted(draw, body):
    """A byte changed, put in or taken out, so that UTF-8, framing or JSON breaks."""
    place = draw(st.integers(0, len(body) - 1))
    byte = bytes([draw(st.sampled_from(list(STRUCTURE)) | st.integers(0, 255))])
    kept, put = draw(st.sampled_from([(1, byte), (0, byte), (1, b"")]))
    broken = body[:place] + put + body[place + kept :]
    assume(not is_intact(broken))
    return broken


@given(parts=st.lists(pieces, min_size=2, max_size=4), data=st.data())
def test_an_answer_with_a_broken_byte(bridge, parts, data):
    assume(any(not part.get("thought") for part in parts))
    body = whole_stream(parts)
    broken = data.draw(corrupted(body))
    message = tried(bridge, *[data.draw(cuttings(broken))] * 3)
    if message is not None:
        assert missing(shown(said(message)), shown(whole(bridge, body))) <= 4


def shown(wire):
    """What a client sees of an answer, as one text; what its ids carry counts characters, which may be more now."""
    return orjson.dumps([{**block, "id": "", CARRY_FIELD: ""} for block in wire["content"]]).decode()
