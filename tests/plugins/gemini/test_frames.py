"""What Gemini sends, as frames."""

import asyncio

import orjson
import pytest

from cgb import Overloaded, UnusableAnswer
from cgb_plugins.gemini.frames import frames_of

ONE = b'{"candidates":[{"content":{"parts":[{"text":"one"}]}}]}'
TWO = b'{"candidates":[{"content":{"parts":[{"text":"two"}]},"finishReason":"STOP"}]}'
ERROR = b'{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}'


async def _frames(*chunks):
    async def given():
        for chunk in chunks:
            yield chunk

    return [frame async for frame in frames_of(given(), "m")]


def frames(*chunks):
    return asyncio.run(_frames(*chunks))


def texts(found):
    return [frame["candidates"][0]["content"]["parts"][0]["text"] for frame in found]


def data(*lines, end=b"\r\n"):
    return b"".join(b"data: " + line + end + end for line in lines)


# Framing

FORMS = {
    "as Gemini frames it": data(ONE, TWO),
    "with LF": data(ONE, TWO, end=b"\n"),
    "with CR": data(ONE, TWO, end=b"\r"),
    "without the space": data(ONE, TWO).replace(b"data: ", b"data:"),
    "without the last blank line": data(ONE, TWO)[:-2],
    "without any last line end": data(ONE, TWO)[:-4],
    "without blank lines": b"data: " + ONE + b"\ndata: " + TWO + b"\n",
    "with comments": b": hello\n\n" + data(ONE) + b":\n" + data(TWO) + b": bye\n",
    "with a comment at the end": data(ONE, TWO) + b": by",
    "with event, id and retry lines": b"retry: 5\nevent: x\nid: 1\n" + data(ONE) + b"event: y\n" + data(TWO),
    "with a byte order mark": b"\xef\xbb\xbf" + data(ONE, TWO),
    "with [DONE]": data(ONE, TWO, b"[DONE]"),
    "with several data lines a frame": b"data: {\ndata: " + ONE[1:] + b"\n\n" + data(TWO),
    "as an array in the place of a stream": b"[" + ONE + b",\r\n" + TWO + b"]",
    "as a printed array": orjson.dumps([orjson.loads(ONE), orjson.loads(TWO)], option=orjson.OPT_INDENT_2),
    "as arrays in frames": data(b"[" + ONE + b"," + TWO + b"]"),
    "with one object alone, printed": ONE.replace(b"{", b"{\n").replace(b"one", b"two"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_frames_in_any_form_and_any_pieces(form, size):
    raw = FORMS[form]

    found = frames(*(raw[start : start + size] for start in range(0, len(raw), size)))

    assert texts(found) == (["two"] if "alone" in form else ["one", "two"])


@pytest.mark.parametrize("odd", ["\u2028", "\u2029", "\u0085", "\u00a0", "\u200b", "\U0001f600", "ß"])
def test_only_cr_and_lf_end_a_line(odd):
    """U+2028 and its like stand raw in Gemini's JSON; str.splitlines would cut there (contract, stream failures)."""
    raw = data(ONE.replace(b"one", f"o{odd}e".encode()))

    assert texts(frames(*(raw[place : place + 1] for place in range(len(raw))))) == [f"o{odd}e"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"\\ud83d\\ude00", "\U0001f600"),
        (b"a\\ud83d", "a\ufffd"),
        (b"\\ude00a", "\ufffda"),
        (b"a\xff", "a\ufffd"),
        (b"\xc3", "\ufffd"),
    ],
)
def test_half_characters_are_replaced(raw, shown):
    found = frames(data(ONE.replace(b"one", raw)))

    assert texts(found) == [shown]
    assert orjson.dumps(found)


@pytest.mark.parametrize("name", [b"args", b"parts"])
def test_a_member_whose_name_broke_costs_the_answer_not_only_its_value(name):
    """Else a call would come without its arguments, and look whole."""
    raw = data(b'{"candidates":[{"content":{"parts":[{"functionCall":{"name":"Write","args":{"a":1}}}]}}]}')

    with pytest.raises(UnusableAnswer):
        frames(raw.replace(b'"' + name, b'"' + name[:2] + b"\xff" + name[3:]))


NO_JSON = [
    b"data: {\r\n\r\n",
    b"data: nonsense\n\n",
    b"<html>no</html>",
    b"data: 7\n\n",
    b'data: "x"\n\n',
    b"data: null\n\n",
    b"data: [1]\n\n",
    b"data: {} {}\n\n",
    b"data: NaN\n\n",
    b"data:",
    b"dat",
]


@pytest.mark.parametrize("raw", NO_JSON)
def test_what_is_no_json_is_an_unusable_answer(raw):
    with pytest.raises(UnusableAnswer) as caught:
        frames(data(ONE), raw)

    assert caught.value.kind == "cut"


@pytest.mark.parametrize(
    "raw",
    [
        data(ERROR),
        ERROR,  # bare, in a stream that began with 200: captured from the live service
        ERROR.replace(b", ", b",\r\n  "),
        b"[" + ERROR + b"]",
        data(ONE) + ERROR,
        data(ONE) + b"\r\n" + ERROR + b"\r\n",
        data(ONE) + data(b"[" + ERROR + b"]"),
    ],
)
def test_an_error_in_a_stream_that_began_with_200(raw):
    with pytest.raises(Overloaded, match="The model is overloaded"):
        frames(*(raw[place : place + 3] for place in range(0, len(raw), 3)))


@pytest.mark.parametrize("odd", [b'{"error": "full"}', b'{"error": {}}', b'{"error": []}', b'{"error": {"code": "x"}}'])
def test_an_odd_error_is_one_too(odd):
    with pytest.raises(Exception, match="Gemini failed"):
        frames(data(odd))


def test_an_error_that_is_null_is_none():
    assert len(frames(data(b'{"error": null}'))) == 1


def test_no_bytes_are_no_frames():
    assert frames() == frames(b"") == frames(b"\r\n") == []
