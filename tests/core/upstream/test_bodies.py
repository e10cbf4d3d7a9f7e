"""A body ends with its connection, also where aiohttp forgets it."""

import asyncio
import gc
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from aiohttp import ClientPayloadError, StreamReader
from aiohttp.base_protocol import BaseProtocol

from cgb import UnusableAnswer
from cgb.upstream.bodies import Bodies

from .kit import http, in_two, opened, raw_server

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
ONE = b"3\r\none\r\n"
BROKEN = {"an error of a proxy's in mid-stream": b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "no size": b"zz\r\ntwo\r\n"}


async def lost(upstream):
    """Returns when no connection is left."""
    await asyncio.wait([protocol.closed for protocol in upstream._pool.bodies._read])


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("first", [HEAD, HEAD + ONE])
async def test_a_body_whose_framing_breaks_is_a_cut_for_who_waits_for_more(first, broken):
    """aiohttp would say nothing for as long as the call may take."""
    async with (
        in_two(first, broken) as (url, told),
        opened(url) as upstream,
        upstream.request("GET", "x") as response,
    ):
        if ONE in first:
            assert await anext(response.chunks) == b"one"
        waiting = asyncio.ensure_future(response.read())
        await asyncio.sleep(0)
        told.set()
        with pytest.raises(UnusableAnswer) as caught:
            await waiting

    assert caught.value.kind == "cut"


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_it_is_one_for_who_comes_later(broken):
    """aiohttp would raise a RuntimeError."""
    async with (
        in_two(HEAD + ONE, broken) as (url, told),
        opened(url) as upstream,
        upstream.request("GET", "x") as response,
    ):
        assert await anext(response.chunks) == b"one"
        told.set()
        await lost(upstream)
        with pytest.raises(UnusableAnswer) as caught:
            await response.read()

    assert caught.value.kind == "cut"


def response_of(closed):
    """A response whose connection is, or will be, closed."""
    loop = asyncio.get_running_loop()
    body = StreamReader(BaseProtocol(loop), 1_000, loop=loop)
    return SimpleNamespace(connection=SimpleNamespace(protocol=Protocol(closed)), content=body)


@dataclass(eq=False)
class Protocol:
    closed: asyncio.Future[None] | None


async def test_it_is_one_for_who_begins_when_all_is_over():
    response = response_of(None)

    Bodies().watch(response)

    with pytest.raises(ClientPayloadError):
        await response.content.readany()


async def test_whole_bodies_of_one_connection_stay_whole():
    async with raw_server(*[http(b"one")] * 3, http(b"two")[:-1]) as server, opened(server.url) as upstream:
        for _ in range(3):
            async with upstream.request("GET", "x") as response:
                assert await response.read() == b"one"
        with pytest.raises(UnusableAnswer):
            async with upstream.request("GET", "x") as response:
                await response.read()

    assert server.connections == 1
    assert not upstream._pool.bodies._read


async def test_a_connection_that_breaks_unused_troubles_nobody(caplog):
    response = response_of(asyncio.get_running_loop().create_future())
    response.content.feed_eof()
    Bodies().watch(response)
    response.connection.protocol.closed.set_exception(ConnectionResetError())
    await asyncio.wait([response.connection.protocol.closed])
    del response
    gc.collect()

    assert caplog.messages == []
