"""What Gemini may answer, and in which pieces."""

from base64 import b64encode, urlsafe_b64encode

import orjson
from hypothesis import strategies as st

from cgb.messages import ToolNames
from cgb.testing.strategies import cuttings, objects

STOP = "§END§"
"""A stop sequence whose beginning occurs, but never the whole."""

TOOLS = ("Bash", "Read", "a.b", "mcp__server__" + "long" * 20, "größer/kleiner", "1st", "Bash_x0123abcd")
NAMES = ToolNames(TOOLS)

_AWKWARD = (
    "§", "§EN", "§END", "\r\n", "\u2028", "e\u0301", "👩‍💻", "\U0010ffff", "data: x\n\n", "<b>&amp;", '"\\', " ", "\0",
)  # fmt: skip
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(_AWKWARD)
signatures = st.one_of(
    st.binary(min_size=1, max_size=40).map(lambda raw: b64encode(raw).decode()),
    st.binary(min_size=1, max_size=40).map(lambda raw: urlsafe_b64encode(raw).decode()),
)
call_ids = st.from_regex(r"\A[a-z0-9]{8}\Z")
upstream_names = st.sampled_from([NAMES.to_upstream(name) for name in TOOLS])
called_names = upstream_names | st.sampled_from(["default_api:Bash", "Invented"])
arguments = objects() | st.dictionaries(
    st.sampled_from(["2", "10", "1", "a", "$ref"]), st.sampled_from([3.0, -0.0, 2**53 + 1, 1e300, 0.1, "é", None])
)

texts = st.builds(lambda text: {"text": text}, words)
thoughts = st.builds(lambda text: {"text": text, "thought": True}, words)
signed_texts = st.builds(lambda text, name: {"text": text, "thoughtSignature": name}, words | st.just(""), signatures)
signed_thoughts = st.builds(
    lambda text, name: {"text": text, "thought": True, "thoughtSignature": name}, words | st.just(""), signatures
)


@st.composite
def calls(draw):
    call = {"name": draw(called_names)}
    if draw(st.booleans()):
        call["id"] = draw(call_ids)
    if draw(st.booleans()):
        call["args"] = draw(st.none() | arguments)
    signature = draw(st.none() | st.just("") | signatures)
    return {"functionCall": call} if signature is None else {"functionCall": call, "thoughtSignature": signature}


def is_text(part):
    return "text" in part and not part.get("thought")


def is_signed(part):
    return bool(part.get("thoughtSignature"))


def shows(parts):
    """Whether a client sees anything of an answer, and its stop sequence is nowhere in it."""
    joined = "".join(part["text"] for part in parts if is_text(part))
    return (bool(joined) or any("functionCall" in part for part in parts)) and STOP not in joined


answers = st.lists(
    st.one_of(texts, thoughts, signed_texts, signed_thoughts, calls(), calls()), min_size=1, max_size=8
).filter(shows)
"""The parts of an answer, one by one."""


@st.composite
def framings(draw, parts):
    """The same parts in frames: some together, unsigned texts in pieces, empty ones and usage in between."""
    pieces = [piece for part in parts for piece in draw(_pieces(part))]
    frames, place = [], 0
    while place < len(pieces):
        size = draw(st.integers(1, 3))
        frames.append(_frame(pieces[place : place + size]))
        place += size
    if draw(st.booleans()):
        frames.append(_frame([{"text": ""}]))
    if draw(st.booleans()):
        frames.insert(draw(st.integers(0, len(frames))), {"usageMetadata": {"promptTokenCount": 7}})
    end = _frame([])
    if draw(st.booleans()):
        end = frames.pop() if frames[-1].get("candidates") else end
    end["candidates"][0]["finishReason"] = "STOP"
    usage = {"promptTokenCount": 7, "candidatesTokenCount": 5, "thoughtsTokenCount": 3}
    if draw(st.booleans()):
        return [*frames, {**end, "usageMetadata": usage}]
    return [*frames, end, {"candidates": [], "usageMetadata": usage}]


@st.composite
def _pieces(draw, part):
    if is_signed(part) or "text" not in part or draw(st.booleans()):
        return [part]
    cut = draw(st.integers(0, len(part["text"])))
    halves = [{**part, "text": half} for half in (part["text"][:cut], part["text"][cut:])]
    return [half for half in halves if half["text"] or not half.get("thought")]


def _frame(parts):
    content = {"role": "model", "parts": list(parts)} if parts else {}
    return {"candidates": [{"content": content, "index": 0}], "usageMetadata": {"promptTokenCount": 7}}


@st.composite
def streams(draw, frames):
    """Frames as an event stream, in bytes."""
    end = draw(st.sampled_from([b"\r\n", b"\n"]))
    body = b"".join(b"data: " + draw(_json(frame)) + end + end for frame in frames)
    return body if draw(st.booleans()) else body.rstrip(b"\r\n")


def _json(frame):
    raw = orjson.dumps(frame)
    return st.sampled_from([raw, raw.replace(b"<", b"\\u003c").replace("é".encode(), b"\\u00e9")])


@st.composite
def cut_streams(draw, parts):
    """An answer's bytes as they come out of the network."""
    return draw(cuttings(draw(streams(draw(framings(parts))))))


def whole_stream(parts):
    """An answer's bytes, one frame a part."""
    frames = [_frame([part]) for part in parts]
    frames[-1]["candidates"][0]["finishReason"] = "STOP"
    return b"".join(b"data: " + orjson.dumps(frame) + b"\r\n\r\n" for frame in frames)
