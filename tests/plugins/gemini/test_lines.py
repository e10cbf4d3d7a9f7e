"""The JSON text in what Gemini sends."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb_plugins.gemini.lines import Lines


def read(*chunks):
    lines = Lines()
    return [text for chunk in chunks for text in lines.feed(chunk)] + [text for text in [lines.end()] if text]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n"])
def test_lines_of_data_lose_their_framing(end):
    assert read(b"data: {}" + end + b"data:{}" + end + b"data:  {}") == [b"{}", b"{}", b" {}"]


@pytest.mark.parametrize(
    "line", [b"", b": ping", b":", b"event: x", b"id: 7", b"retry: 5", b"data", b"data:", b"data: ", b"foo: b"]
)
def test_lines_that_say_nothing(line):
    assert read(b"data: 1\n" + line + b"\ndata: 2\n" + line) == [b"1", b"2"]


@pytest.mark.parametrize("line", [b':ata: {"a": 1}', b'event: xdata: {"a": 1}', b": data: {}", b"dat", b"\xefdata: {}"])
def test_lines_that_might_have_said_something_are_not_left_out(line):
    """A byte changed, or a line's end lost, and data would look like a comment."""
    assert read(line + b"\n") == [b"\n" + line]


def test_a_byte_order_mark_is_no_part_of_a_line():
    assert read(b"\xef\xbb\xbfdata: {}\n") == [b"{}"]
    assert read(b"\xef\xbb\xbf[{}]\n") == [b"\n[{}]"]


def test_what_is_not_framed_is_passed_on_as_it_comes():
    assert read(b"[{", b"}", b",\n", b" {}", b"\n]") == [b"\n[{", b"}", b",", b"\n {}", b"\n]"]


@for_all(
    st.lists(st.sampled_from([b"data: {", b"}", b"[1,", b"a]", b":x", b"\r", b"\n", b"\r\n", b" ", b"\xe2\x80\xa8"]))
)
def test_the_text_is_the_same_however_the_bytes_are_cut(pieces):
    raw = b"".join(pieces)

    whole = b"".join(read(raw))

    assert b"".join(read(*pieces)) == whole
    assert b"".join(read(*(raw[place : place + 1] for place in range(len(raw))))) == whole
