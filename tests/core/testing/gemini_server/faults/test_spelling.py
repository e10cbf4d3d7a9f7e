import json
import re
import zlib

import pytest

from cgb.testing.gemini_server.faults import spelling

from .conftest import TEXT, THOUGHTS, Arrived

ALL = ["first", "thinking", "text", "call", "last"]
TESTED = [
    "crlf",
    "lf",
    "cr",
    "no_space",
    "byte_split",
    "coalesced",
    "multi_line_data",
    "half_json",
    "several_values",
    "values_in_lines",
    "no_trailing_blank",
    "done_marker",
    "comments",
    "keep_alives",
    "empty_events",
    "event_lines",
    "bom",
    "array_for_sse",
    "wrong_content_type",
    "gzip",
    "garbage_line",
    "bad_utf8",
]
WHOLE = (THOUGHTS, TEXT, ["f", "g"])


def test_all_of_them_are_tested_here():
    assert [fault.name for fault in spelling.FAULTS] == TESTED


def said(text):
    """What JSON values in a row say, whatever stands between them."""
    decoder, values, at = json.JSONDecoder(), [], text.find("{")
    while at >= 0:
        value, end = decoder.raw_decode(text, at)
        values.append(value)
        at = text.find("{", end)
    return Arrived(body=b"".join(b"data: " + json.dumps(value).encode() + b"\r\n\r\n" for value in values)).said


LINES = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}


@pytest.mark.parametrize(("kind", "end"), LINES.items())
def test_ends_of_lines(faulty, kind, end):
    body = faulty(kind).body.decode()
    assert body.endswith("}" + end * 2)
    assert set(re.findall(r"[\r\n]+", body)) == {end * 2}
    assert said(body) == WHOLE


@pytest.mark.parametrize("kind", LINES)
@pytest.mark.parametrize("place", ALL)
def test_ends_of_lines_from_the_place_on(faulty, kind, place):
    body = faulty(kind, at=place).body.decode()
    assert body.endswith("}" + LINES[kind] * 2)
    assert body.startswith("data: ")
    assert said(body) == WHOLE


@pytest.mark.parametrize("place", ALL)
@pytest.mark.parametrize(
    "kind", ["no_space", "coalesced", "comments", "keep_alives", "empty_events", "event_lines", "values_in_lines"]
)
def test_nothing_is_lost(faulty, kind, place):
    assert said(faulty(kind, at=place).body.decode()) == WHOLE


def test_no_space(faulty):
    assert b"data: {" not in faulty("no_space").body
    assert b"data: {" in faulty("no_space", at="text").body


def test_byte_split(faulty):
    arrived = faulty("byte_split")
    assert {len(chunk) for chunk in arrived.chunks} == {1}
    assert said(arrived.body.decode()) == WHOLE


def test_coalesced(faulty):
    (chunk,) = faulty("coalesced").chunks
    assert chunk.count(b"data: ") > 5


def test_multi_line_data(faulty):
    body = faulty("multi_line_data").body
    assert b'data: {\r\ndata:   "candidates": [\r\n' in body
    joined = b"".join(line.removeprefix(b"data: ") for line in body.split(b"\r\n"))
    assert said(joined.decode()) == WHOLE


@pytest.mark.parametrize("place", ALL)
def test_half_json(faulty, place):
    body = faulty("half_json", at=place).body
    first, second = body.split(b"\r\n\r\n")[-3:-1]
    with pytest.raises(json.JSONDecodeError):
        json.loads(first.removeprefix(b"data: "))
    assert json.loads(first.removeprefix(b"data: ") + second.removeprefix(b"data: "))
    joined = b"".join(event.removeprefix(b"data: ") for event in body.split(b"\r\n\r\n"))
    assert said(joined.decode()) == WHOLE


@pytest.mark.parametrize("place", ["first", "thinking", "text"])
def test_several_values(faulty, place):
    body = faulty("several_values", at=place).body
    with pytest.raises(json.JSONDecodeError, match="Extra data"):
        json.loads(body.split(b"\r\n\r\n")[-2].removeprefix(b"data: "))
    assert said(body.decode()) == WHOLE


def test_no_trailing_blank(faulty):
    body = faulty("no_trailing_blank").body.decode()
    assert body.endswith("}")
    assert said(body) == WHOLE


def test_done_marker(faulty):
    body = faulty("done_marker").body
    assert body.endswith(b"}\r\n\r\ndata: [DONE]\r\n\r\n")


def test_lines_beside_the_data(faulty):
    assert b": a comment\r\n:\r\n" in faulty("comments", at="text").body
    assert faulty("keep_alives", at="text").chunks.count(b": keep-alive\r\n\r\n") == 3
    assert b"\r\n\r\n\r\ndata:\r\n\r\ndata\r\n\r\ndata: {" in faulty("empty_events", at="text").body
    assert b"event: message\r\nid: 1\r\nretry: 1000\r\nfoo: bar\r\ndata: {" in faulty("event_lines").body


def test_bom(faulty):
    assert faulty("bom").body.startswith(b"\xef\xbb\xbfdata: ")


def test_array_for_sse(faulty):
    arrived = faulty("array_for_sse")
    assert arrived.headers["content-type"].startswith("application/json")
    assert len(arrived.plain) > 5
    assert said(arrived.body.decode()) == WHOLE


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_wrong_content_type(faulty, form):
    arrived = faulty("wrong_content_type", form)
    assert arrived.headers["content-type"] == "text/plain; charset=UTF-8"
    assert arrived.said == WHOLE
    assert faulty("wrong_content_type", form, type="text/html").headers["content-type"] == "text/html"


@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_gzip(faulty, form):
    arrived = faulty("gzip", form)
    assert arrived.headers["content-encoding"] == "gzip"
    stream = zlib.decompressobj(wbits=31)
    assert Arrived(body=stream.decompress(arrived.body)).said == WHOLE
    assert stream.eof


def test_gzip_can_be_read_frame_by_frame(faulty):
    stream = zlib.decompressobj(wbits=31)
    *frames, _end = [stream.decompress(chunk) for chunk in faulty("gzip").chunks]
    assert all(frame.endswith(b"}\r\n\r\n") for frame in frames)


@pytest.mark.parametrize("place", ALL)
def test_garbage_line(faulty, place):
    arrived = faulty("garbage_line", at=place)
    assert arrived.chunks.count(b"data: {%garbage\r\n\r\n") == 1
    assert arrived.said == WHOLE


@pytest.mark.parametrize("place", ALL)
@pytest.mark.parametrize("form", ["streamed", "plain"])
def test_bad_utf8(faulty, place, form):
    body = faulty("bad_utf8", form, at=place).body
    with pytest.raises(UnicodeDecodeError, match="invalid start byte"):
        body.decode()
    assert body.count(b"\xff") == 1
