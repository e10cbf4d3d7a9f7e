"""What Gemini sends, as frames."""

import asyncio
import gzip
import time
import zlib
from itertools import pairwise
from random import Random

import orjson
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb import ApiError, Overloaded, UnusableAnswer
from cgb_plugins.gemini import Gemini
from cgb_plugins.gemini.frames import Frames, whole
from cgb_plugins.gemini.wire import Client

from .kit import Arrived, http, raw_server

ONE = b'{"candidates":[{"content":{"parts":[{"text":"one"}]}}]}'
TWO = b'{"candidates":[{"content":{"parts":[{"text":"two"}]},"finishReason":"STOP"}]}'
PRINTED = orjson.dumps(orjson.loads(ONE), option=orjson.OPT_INDENT_2)
ERROR = b'{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}'


async def _frames(*chunks):
    return [frame async for found in Frames(Arrived(*chunks), "m") for frame in found]


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
    "with several data lines a frame and CRLF": b"data: {\r\ndata: " + ONE[1:] + b"\r\n\r\n" + data(TWO),
    "with a value printed after data:": b"data: " + PRINTED + b"\n\n" + data(TWO),
    "with several values a line": b"data: " + ONE + TWO + b"\n\n",
    "with several values a frame": b"data: " + ONE + b"\ndata: " + TWO + b"\n\n",
    "with values cut over lines": b"data: " + ONE + TWO[:30] + b"\n\ndata: " + TWO[30:] + b"\n\n",
    "with a value over several frames": data(ONE[:1], ONE[1:40], ONE[40:], TWO),
    "with each byte in a frame of its own": data(*(ONE[place : place + 1] for place in range(len(ONE)))) + data(TWO),
    "with keep-alives": b": ping\n\ndata:\n\n" + data(ONE) + b"\r\n\r\ndata: \n\n" + data(TWO) + b":\n",
    "unframed": ONE + b"\n" + TWO,
    "unframed after a frame": data(ONE) + TWO,
    "as an array in the place of a stream": b"[" + ONE + b",\r\n" + TWO + b"]",
    "as a printed array": orjson.dumps([orjson.loads(ONE), orjson.loads(TWO)], option=orjson.OPT_INDENT_2),
    "as arrays in frames": data(b"[" + ONE + b"," + TWO + b"]"),
    "as an array over frames": data(b"[" + ONE, b",", TWO, b"]"),
    "as an array over data lines": b"data: [\ndata: " + ONE + b",\ndata: " + TWO + b"\ndata: ]\n\n",
    "as an array and another": b"[" + ONE + b"]\n[]\n[" + TWO + b"]",
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


@pytest.mark.parametrize("size", [1, 10, 1 << 20])
async def test_an_arrays_frames_come_as_they_are_complete(size):
    """Not all at its end, which would be no stream (agentjido/req_llm#719)."""
    raw = b"[" + ONE + b"," + TWO[:-1]
    found = Frames(Arrived(*(raw[start : start + size] for start in range(0, len(raw), size))), "m")

    assert texts(await anext(found)) == ["one"]
    with pytest.raises(UnusableAnswer):
        await anext(found)


@pytest.mark.parametrize(
    ("raw", "shown"), [(b"\\ud83d\\ude00", "\U0001f600"), (b"a\\ud83db", "a\ufffdb"), (b"\\ude00a", "\ufffda")]
)
def test_half_characters_are_replaced(raw, shown):
    found = frames(data(ONE.replace(b"one", raw)))

    assert texts(found) == [shown]
    assert orjson.dumps(found)


def test_a_character_split_over_two_frames_is_joined():
    one, two = ONE.replace(b"one", b"a\\ud83d"), TWO.replace(b"two", b"\\ude00b")

    assert texts(frames(data(one, two))) == ["a", "\U0001f600b"]


@pytest.mark.parametrize("raw", [b"a\xff", b"\xc3", b"\xed\xa0\xbd", b"\xf0\x9f\x98"])
def test_broken_utf8_costs_the_answer(raw):
    """What cannot be decoded is lost: a call would write U+FFFD into a file, a signature would be refused."""
    with pytest.raises(UnusableAnswer):
        frames(data(ONE.replace(b"one", raw)))


@pytest.mark.parametrize("name", [b"args", b"parts"])
def test_a_member_whose_name_broke_costs_the_answer_not_only_its_value(name):
    """Else a call would come without its arguments, and look whole."""
    raw = data(b'{"candidates":[{"content":{"parts":[{"functionCall":{"name":"Write","args":{"a":1}}}]}}]}')

    for broken in (b"\xff", b"\\ud83d"):
        with pytest.raises(UnusableAnswer):
            frames(raw.replace(b'"' + name, b'"' + name[:2] + broken + name[3:]))


NO_JSON = [
    b"data: {\r\n\r\n",
    b"data: nonsense\n\n",
    b"<html>no</html>",
    b"data: 7\n\n",
    b'data: "x"\n\n',
    b"data: null\n\n",
    b"data: [1]\n\n",
    b"data: NaN\n\n",
    b"data: {}x\n\n",
    b'data: {"a": 1e999}\n\n',
    b'data: {"a": "b\nc"}\n\n',
    b'data: {"a": "b\n\n',
    b"data: {\n\ndata: ]}\n\n",
    b"data: [DONE\n\n",
    b"dat",
    b"garbage\n",
    b":ata: " + TWO,
    b"event: x" + data(TWO),
    b"[",
    b"[" + TWO,
    b"[" + TWO + b",",
    b"[" + TWO + b",]",
    b"[" + TWO + TWO + b"]",
    b"[" + TWO + b"]]",
    b"," + TWO,
    b"[" + TWO + b"\n" + data(TWO),
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
        data(ONE) + ERROR.replace(b", ", b",\r\n\r\n  ").replace(b"{", b"{\r\n") + b"\r\n",
        data(ONE) + data(ERROR.replace(b", ", b",\r\ndata:   ")),
        data(ONE[:40]) + data(ERROR),
        b"[" + ONE + b"\r\n,\r\n" + ERROR + b"]",
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


async def test_a_frame_that_was_broken_off_is_known_by_the_next_one():
    """Not only by the end of the stream, which may be minutes away."""

    found = Frames(Arrived(data(ONE[:-1], TWO), ends=False), "m")

    async with asyncio.timeout(10):
        with pytest.raises(UnusableAnswer):
            await anext(found)


@for_all(st.lists(st.integers(0, 200), max_size=12), st.sampled_from(sorted(FORMS)))
def test_it_does_not_matter_where_the_bytes_were_cut(cuts, form):
    raw = FORMS[form]
    places = [0, *sorted(cut * len(raw) // 200 for cut in cuts), len(raw)]

    assert frames(*(raw[start:end] for start, end in pairwise(places))) == frames(raw)


def took(raw, size):
    """Seconds to read that."""
    pieces = [raw[place : place + size] for place in range(0, len(raw), size)]
    start = time.process_time()
    assert len(frames(*pieces)) == 1
    return time.process_time() - start


@pytest.mark.parametrize("form", [b"data: %b\r\n\r\n", b"[%b]", b"data: {\n\ndata: %b\n\n"])
def test_a_very_long_line_takes_no_longer_than_its_length(form):
    """20 MB in 1 KB pieces: copied or scanned anew for each piece, they would take minutes."""
    long = ONE.replace(b"one", b'a \\"line\\" of code\\n' * 1_000_000)

    assert took(form % (long[1:] if b"{" in form else long), 1024) < 10


# Unstreamed


def test_an_answer_that_is_not_streamed_is_one_frame():
    assert texts([whole(ONE, "m")]) == ["one"]
    assert texts([whole(TWO.replace(b"two", b"\\ud83d"), "m")]) == ["\ufffd"]
    assert whole(b"[]", "m") == {}


@pytest.mark.parametrize("body", [b"", b"[" + ONE + b"," + TWO + b"]", ONE + TWO, ONE[:-1], ONE.replace(b"o", b"\xff")])
def test_one_that_is_not_one_frame_is_an_unusable_answer(body):
    with pytest.raises(UnusableAnswer):
        whole(body, "m")


# Compressed

NOISE = Random(5)
LONG = data(*(ONE.replace(b"one", NOISE.randbytes(40).hex().encode()) for _ in range(40)), TWO)


async def asked(body, encoding, pieces=0):
    """The frames, or None for an error."""
    async with raw_server(http(body, **{"Content-Encoding": encoding}), pieces=pieces) as server:
        client = Client(Gemini.model_validate({"base_url": server.url, "api_key": "x"}))
        try:
            async with client.stream("m", {}) as found:
                return [frame async for frames in found for frame in frames]
        except ApiError:
            return None
        finally:
            await client.aclose()


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_compressed_stream(encoding, compress):
    body = compress(LONG)

    assert await asked(body, encoding) == await asked(body, encoding, pieces=7) == await _frames(LONG)


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_a_compressed_stream_that_is_cut_or_spoilt_does_not_look_complete(encoding, compress):
    body, complete = compress(LONG), await _frames(LONG)
    cut = [body[: len(body) * part // 8] for part in range(8)]
    spoilt = [body[:place] + bytes([body[place] ^ 0x55]) + body[place + 1 :] for place in (0, 12, 500, len(body) - 3)]
    for broken in (*cut, *spoilt):
        found = await asked(broken, encoding)
        assert found is None or found == complete or not any("finishReason" in str(frame) for frame in found)
