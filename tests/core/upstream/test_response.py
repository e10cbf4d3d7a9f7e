"""What a server answers, and what to say of an error that it does not explain."""

import pytest
from pydantic import SecretStr

from cgb.upstream import response as module
from cgb.upstream import unexplained

from .kit import http, opened, raw_server


async def explained(answer, *secrets):
    async with raw_server(answer) as server, opened(server.url) as upstream, upstream.request("GET", "x") as response:
        return await response.explanation(*secrets)


async def test_an_explanation():
    assert await explained(http(b"no room", "503 Full")) == b"no room"


async def test_an_explanation_that_breaks_off_is_one_all_the_same():
    assert await explained(http(b"no room", "503 Full")[:-5]) == b"no"


async def test_an_explanation_without_end_is_not_read_to_it(monkeypatch):
    monkeypatch.setattr(module, "_LONGEST", 10)
    said = await explained(http(b"x" * 1_000_000, "502 Bad")[:-1])

    assert 10 < len(said) < 1_000_000


async def test_an_explanation_shows_no_secret():
    said = await explained(http(b"bad key k1 or k2", "401 No"), SecretStr("k1"), None, SecretStr(""), SecretStr("k2"))

    assert said == b"bad key [key] or [key]"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b" ", "HTTP 502 without an explanation."),
        (b"no healthy\n upstream", "HTTP 502: no healthy upstream"),
        (b"want < 5", "HTTP 502: want < 5"),
        (b"\xff", "HTTP 502: \ufffd"),
        (b"\n<!DOCTYPE html><h1>Bad", "HTTP 502 with a web page in place of an explanation"),
        (b"Error: <b>Bad</b>", "HTTP 502 with a web page in place of an explanation"),
    ],
)
def test_an_error_that_is_none_of_the_servers(body, said):
    assert unexplained(502, body).startswith(said)
