"""Each wait has its budget, and says which it was."""

import pytest

from cgb import Timeout, UnusableAnswer
from cgb.sse import PING

from .kit import asked, http, raw_server

BEGUN = http(PING).replace(b"content-length: ", b"content-length: 9")


@pytest.mark.parametrize("setting", ["request_timeout", "total_timeout_s"])
async def test_a_server_that_does_not_begin(setting):
    async with raw_server(b"", hangs=True) as raw:
        with pytest.raises(
            Timeout, match=rf"did not begin to answer within the 0\.1 s that plugin\.anthropic\.{setting}"
        ):
            await asked(raw.url, **{setting: 0.1})


async def test_headers_without_an_answer():
    head = BEGUN.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    async with raw_server(head, hangs=True) as raw:
        with pytest.raises(Timeout, match="did not begin to answer"):
            await asked(raw.url, request_timeout=0.1)


@pytest.mark.parametrize(
    ("setting", "told"),
    [("request_timeout", "fell silent in the middle"), ("total_timeout_s", "did not end its answer")],
)
async def test_silence_within_an_answer_is_a_stall(setting, told):
    async with raw_server(BEGUN, hangs=True) as raw:
        with pytest.raises(UnusableAnswer, match=told) as failure:
            await asked(raw.url, **{setting: 0.1})
    assert failure.value.kind == "stall"
    assert f"plugin.anthropic.{setting}" in failure.value.message


async def test_a_connection_that_breaks_is_a_cut():
    async with raw_server(BEGUN) as raw:
        with pytest.raises(UnusableAnswer, match="broke in the middle") as failure:
            await asked(raw.url)
    assert failure.value.kind == "cut"


async def test_a_connection_that_does_not_come_about(monkeypatch):
    from aiohttp import ConnectionTimeoutError

    async def slow(*_, **__):
        raise ConnectionTimeoutError

    monkeypatch.setattr("aiohttp.ClientSession._request", slow)
    with pytest.raises(
        Timeout, match=r"could not be connected to within the 30 s that plugin\.anthropic\.connect_timeout"
    ):
        await asked("http://127.0.0.1:9")
