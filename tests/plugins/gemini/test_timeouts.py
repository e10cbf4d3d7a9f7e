"""How long a call of Gemini may take, over real sockets that fall silent."""

import asyncio
from contextlib import aclosing, asynccontextmanager

import pytest

from cgb import Timeout, UnusableAnswer
from cgb_plugins.gemini import Gemini
from cgb_plugins.gemini.timeouts import Timeouts

from .kit import http
from .test_frames import ONE, TWO, data

LONG = {"connect_timeout_s": 60, "request_timeout": 60, "total_timeout_s": 60}
WHOLE = http(data(ONE, TWO))
HEAD = WHOLE[: WHOLE.index(b"\r\n\r\n") + 4]


@asynccontextmanager
async def silent(said=b""):
    """A server that says this much of an answer, and then nothing until the client leaves."""

    answering = set()

    async def handle(reader, writer):
        answering.add(asyncio.current_task())
        writer.write(said)
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*answering)


async def read(url, total=None, **fields):
    """What comes within the budgets."""
    from aiohttp import ClientSession

    timeouts = Timeouts(Gemini.model_validate({**LONG, **fields}), total)
    async with ClientSession() as session:
        async with timeouts.until_headers():
            response = await session.get(url, timeout=timeouts.for_aiohttp())
        async with response, aclosing(timeouts.chunks(response)) as chunks:
            return b"".join([chunk async for chunk in chunks])


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", HEAD])
@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"first_byte_timeout_s": 0.1}, r"0\.1 s that plugin\.gemini\.first_byte_timeout_s"),
        ({"request_timeout": 0.1}, r"0\.1 s that plugin\.gemini\.request_timeout \(REQUEST_TIMEOUT\)"),
        ({"total_timeout_s": 0.1}, r"0\.1 s that plugin\.gemini\.total_timeout_s"),
    ],
)
async def test_silence_before_the_first_byte_is_a_timeout(said, fields, setting):
    async with silent(said) as host:
        with pytest.raises(Timeout, match=setting) as caught:
            await read(f"http://{host}", **fields)

    assert (caught.value.status, caught.value.type) == (504, "timeout_error")


@pytest.mark.parametrize(
    ("fields", "setting"),
    [
        ({"request_timeout": 0.1}, r"fell silent .* 0\.1 s that plugin\.gemini\.request_timeout \(REQUEST_TIMEOUT\)"),
        ({"total_timeout_s": 0.1}, r"its end .* 0\.1 s that plugin\.gemini\.total_timeout_s"),
    ],
)
async def test_silence_in_mid_answer_is_a_stall(fields, setting):
    async with silent(WHOLE[:-1]) as host:
        with pytest.raises(UnusableAnswer, match=setting) as caught:
            await read(f"http://{host}", **fields)

    assert caught.value.kind == "stall"
    assert (caught.value.status, caught.value.type) == (504, "timeout_error")


@pytest.mark.parametrize("first", [0.05, 30])
async def test_after_the_first_byte_its_budget_no_longer_counts(first):
    async with silent(WHOLE[:-1]) as host:
        with pytest.raises(UnusableAnswer, match="request_timeout"):
            await read(f"http://{host}", first_byte_timeout_s=first, request_timeout=0.2)


async def test_a_connection_that_does_not_come_about_is_a_timeout():
    async with silent() as host:
        with pytest.raises(
            Timeout, match=r"not be connected to within the 0\.1 s that plugin\.gemini\.connect_timeout_s"
        ):
            await read(f"https://{host}", connect_timeout_s=0.1)


async def test_a_call_may_have_a_total_of_its_own():
    async with silent() as host:
        with pytest.raises(Timeout, match=r"within the 0\.1 s that plugin\.gemini\.count_timeout_s"):
            await read(f"http://{host}", ("count_timeout_s", 0.1))


async def test_no_total_is_none():
    assert Timeouts(Gemini(total_timeout_s=0)).for_aiohttp().total is None


async def test_what_comes_in_time_comes_whole():
    async with silent(WHOLE) as host:
        assert await read(f"http://{host}") == data(ONE, TWO)


@pytest.mark.parametrize("fields", [{"total_timeout_s": -1}, {"request_timeout": 0}, {"connect_timeout_s": 0}])
def test_a_budget_that_is_none_stops_the_start(fields):
    with pytest.raises(ValueError, match=next(iter(fields))):
        Gemini.model_validate(fields)
