import json

import pytest

from .conftest import TEXT, THOUGHTS, Arrived

BOTH = pytest.mark.parametrize("form", ["streamed", "plain"])
LATER = pytest.mark.parametrize("place", ["thinking", "text", "call", "last"])
ALL = pytest.mark.parametrize("place", ["first", "thinking", "text", "call", "last"])


@BOTH
@pytest.mark.parametrize(("kind", "end"), [("cut", "closed"), ("cut_reset", "reset"), ("hang_headers", "silent")])
def test_not_even_a_status(faulty, kind, end, form):
    arrived = faulty(kind, form, at="first")
    assert (arrived.status, arrived.body, arrived.end) == (0, b"", end)


@BOTH
@pytest.mark.parametrize(("kind", "end"), [("cut", "closed"), ("cut_reset", "reset")])
def test_a_status_and_no_more(faulty, kind, end, form):
    arrived = faulty(kind, form, at="first", headers=True)
    assert (arrived.status, arrived.body, arrived.end) == (200, b"", end)


@BOTH
def test_cut_after_headers(faulty, form):
    arrived = faulty("cut_after_headers", form)
    assert (arrived.status, arrived.body, arrived.end) == (200, b"", "closed")


@LATER
@BOTH
@pytest.mark.parametrize(("kind", "end"), [("cut", "closed"), ("cut_reset", "reset"), ("hang", "silent")])
def test_broken_off(faulty, kind, place, form, end):
    arrived = faulty(kind, form, at=place)
    assert (arrived.status, arrived.end) == (200, end)
    if form == "streamed":
        assert arrived.body.endswith(b"}\r\n\r\n")
    else:
        assert b'"finishReason"' not in arrived.body


def test_a_plain_body_breaks_off_at_the_place(faulty):
    thinking = faulty("cut", "plain", at="thinking").body.decode()
    text = faulty("cut", "plain", at="text").body.decode()
    assert THOUGHTS[:10] in thinking
    assert THOUGHTS not in thinking
    assert THOUGHTS in text
    assert TEXT[:10] in text
    assert TEXT not in text


def test_a_number_of_frames(faulty):
    assert [len(faulty("cut", after=number).frames) for number in (1, 2, 3)] == [1, 2, 3]


@ALL
@BOTH
def test_cut_mid_chunk(faulty, place, form):
    """The last HTTP chunk is shorter than it says, so that no reader of HTTP can take it for an end."""
    arrived = faulty("cut_mid_chunk", form, at=place)
    assert arrived.end == "closed"
    assert arrived.chunks[-1]
    assert not arrived.body.endswith((b"\r\n\r\n", b"}\n"))


@ALL
@BOTH
@pytest.mark.parametrize(("kind", "end"), [("cut_mid_frame", "closed"), ("eof_mid_frame", "whole")])
def test_mid_frame(faulty, kind, place, form, end):
    arrived = faulty(kind, form, at=place)
    assert (arrived.status, arrived.end) == (200, end)
    last = arrived.body.rpartition(b"\r\n\r\n")[2].removeprefix(b"data: ")
    with pytest.raises(json.JSONDecodeError):
        json.loads(last)
    assert last.startswith(b"{")


@ALL
@BOTH
def test_cut_mid_utf8(faulty, place, form):
    arrived = faulty("cut_mid_utf8", form, at=place)
    assert arrived.end == "closed"
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        arrived.body.decode()


@ALL
def test_eof(faulty, place):
    arrived = faulty("eof", at=place)
    assert arrived.end == "whole"
    assert b"finishReason" not in arrived.body


def test_eof_of_a_plain_answer(faulty):
    arrived = faulty("eof", "plain", at="last")
    assert arrived.said[1] == TEXT
    assert arrived.finish is None
    assert faulty("eof", "plain", at="first").plain == {}


def test_eof_mid_call(faulty):
    assert faulty("eof_mid_call").body.endswith(b'"functionCall": {"na')
    assert faulty("eof_mid_call").said == (THOUGHTS, TEXT, [])
    assert faulty("eof_mid_call", "plain").body.endswith(b'"functionCall": {')


@BOTH
def test_eof_empty(faulty, form):
    arrived = faulty("eof_empty", form)
    assert (arrived.status, arrived.body, arrived.end) == (200, b"", "whole")


def test_hanging_after_the_headers_or_before(faulty):
    assert faulty("hang", at="first").status == 200
    assert faulty("hang", at="first", headers=False).status == 0


@BOTH
def test_slow(faulty, monkeypatch, form):
    waited = []

    async def no_sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr("cgb.testing.gemini_server.writers.asyncio.sleep", no_sleep)
    for kind in ("slow_headers", "slow", "slow_drip"):
        assert faulty(kind, form, seconds=7).said[1] == TEXT
        assert 7 in waited
        waited.clear()


@BOTH
def test_slow_drip_comes_in_pieces(faulty, form):
    assert len(faulty("slow_drip", form, pieces=50, seconds=0).chunks) >= 50


@BOTH
def test_gzip_cut(faulty, form):
    arrived = faulty("gzip_cut", form, after=2)
    assert (arrived.headers["content-encoding"], arrived.end) == ("gzip", "whole")
    unzipped = arrived.unzipped()
    assert b"First I" in unzipped
    assert b"finishReason" not in unzipped


def test_gzip_cut_keeps_what_came_before(faulty):
    unzipped = Arrived(body=faulty("gzip_cut", at="text").unzipped())
    thoughts, text, calls = unzipped.said
    assert (thoughts, calls) == (THOUGHTS, [])
    assert TEXT.startswith(text)
    assert 0 < len(text) < len(TEXT)
