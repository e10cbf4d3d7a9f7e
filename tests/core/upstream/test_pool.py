"""The connections to one server."""

import asyncio

import pytest

from cgb import UnusableAnswer, UpstreamFailed
from cgb.upstream import pool as module

from .kit import LOOPS, Clock, connections, http, lost, opened, raw_server, run, serving, silent

BODY = b"one two"


async def get(upstream, path="x"):
    async with upstream.request("GET", path) as response:
        return await response.read()


async def numbered(reader, writer):
    """A server that says by which of its connections a request came, and closes none."""
    while await reader.readuntil(b"\r\n\r\n"):
        writer.write(http(b"%d" % writer.get_extra_info("peername")[1]))


@pytest.mark.parametrize("size", [0, 1, 262_144, 3_000_000])
async def test_a_body_of_any_size_goes_out_whole_and_with_the_same_headers(size):
    sent = bytes(size)
    async with (
        raw_server(http(b"ok")) as server,
        opened(server.url) as upstream,
        upstream.request("POST", "x", sent, {"content-type": "application/json"}) as response,
    ):
        assert await response.read() == b"ok"

    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n")[1:]]
    assert body == sent
    assert names == [b"host", b"content-type", b"accept", b"accept-encoding", b"user-agent", b"content-length"]


async def test_calls_that_are_never_entered_leave_nothing_behind():
    async with raw_server() as server, opened(server.url) as upstream:
        upstream.request("GET", "x")

    assert server.connections == 0


async def test_the_connection_that_was_used_last_is_used_next():
    """So that those which are not needed any more grow old."""
    async with serving(numbered) as port, opened(f"http://127.0.0.1:{port}") as upstream:
        async with upstream.request("GET", "x") as one, upstream.request("GET", "x") as two:
            first, second = await one.read(), await two.read()
        assert first != second
        assert [await get(upstream) for _ in range(3)] == [first] * 3  # left last
        assert len(connections(upstream)) == 2


async def test_idle_connections_are_closed_one_by_one_and_those_in_use_are_not(monkeypatch):
    monkeypatch.setattr(module, "_IDLE_S", 15)
    async with serving(numbered) as port, opened(f"http://127.0.0.1:{port}") as upstream:
        clock = Clock()
        async with upstream.request("GET", "x") as in_use:
            async with upstream.request("GET", "x") as later:
                assert await get(upstream)
                await clock.forward(10)
            pool = upstream._way[0]
            for seconds, idle in ((4, 2), (2, 1), (8, 1), (2, 0)):
                await clock.forward(seconds)
                assert (len(pool._idle), len(connections(upstream))) == (idle, 1 + idle)
            assert pool._sweeping is None
            assert await in_use.read() != await later.read()
        assert pool._sweeping is not None


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("last", [b"", b"HTTP/1.1 408 Late\r\nContent-Length: 0\r\n\r\n"])
def test_a_connection_that_the_server_closes_while_it_is_idle_is_replaced(loop, last, caplog):
    asked = []

    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        asked.append(writer)
        writer.write(http(BODY) + last)

    async def main():
        async with serving(handle) as port, opened(f"http://127.0.0.1:{port}") as upstream:
            for _ in range(3):
                assert await get(upstream) == BODY
                await lost(upstream)

    run(main(), loop)
    assert len(asked) == 3
    assert caplog.messages == []


@pytest.mark.parametrize("loop", LOOPS)
def test_a_connection_that_breaks_while_it_is_idle_troubles_nobody(loop, caplog):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(BODY))
        await broken.wait()
        writer.transport.abort()

    async def main():
        nonlocal broken
        broken = asyncio.Event()
        async with serving(handle) as port, opened(f"http://127.0.0.1:{port}") as upstream:
            assert await get(upstream) == BODY
            broken.set()
            await lost(upstream)
            assert await get(upstream) == BODY

    broken = None
    run(main(), loop)
    assert caplog.messages == []


async def test_a_connection_on_which_something_comes_unasked_is_not_used_again():
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(http(BODY))
        await told.wait()
        writer.write(http(b"another's"))
        await reader.read()

    told = asyncio.Event()
    async with serving(handle) as port, opened(f"http://127.0.0.1:{port}") as upstream:
        assert await get(upstream) == BODY
        told.set()
        await lost(upstream)
        assert await get(upstream) == BODY


@pytest.mark.parametrize(
    "answer",
    [
        http(BODY, Connection="close"),
        http(BODY).replace(b"HTTP/1.1", b"HTTP/1.0"),
        http(BODY) + http(b"another's"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\none two\r\n0\r\n\r\nmore",
    ],
)
async def test_a_connection_that_ends_with_its_answer_is_not_used_again(answer):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await reader.read()

    async with serving(handle) as port, opened(f"http://127.0.0.1:{port}") as upstream:
        for _ in range(2):
            assert await get(upstream) == BODY
            await lost(upstream)


async def test_an_answer_that_was_not_read_is_no_part_of_the_next():
    async with raw_server(http(b"one"), http(b"two")) as server, opened(server.url) as upstream:
        async with upstream.request("GET", "x"):
            pass
        assert await get(upstream) == b"two"

    assert server.connections == 1


@pytest.mark.parametrize("loop", LOOPS)
def test_a_large_answer_that_was_not_read_does_not_stop_the_next(loop):
    """Its connection is not read while all of it waits to be taken."""
    large = bytes(3_000_000)

    async def handle(reader, writer):
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(http(large))

    async def main():
        async with serving(handle) as port, opened(f"http://127.0.0.1:{port}") as upstream:
            for _ in range(2):
                async with upstream.request("GET", "x"):
                    pass
                assert await get(upstream) == large

    run(main(), loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_closing_waits_until_all_is_closed_and_ends_what_goes_on(loop):
    async def main():
        async with silent(http(BODY)[:-1]) as host, opened(f"http://{host}") as upstream:
            async with upstream.request("GET", "x") as response:
                await anext(response.chunks)
                waiting = asyncio.ensure_future(response.read())
                await asyncio.sleep(0)
                closed = [connection.closed for connection in connections(upstream)]
                await upstream.aclose()
                assert (len(closed), all(one.done() for one in closed)) == (1, True)
                with pytest.raises(UnusableAnswer):
                    await waiting
            await upstream.aclose()
            assert not connections(upstream)

    run(main(), loop)


async def test_what_ends_when_all_is_closed_is_not_kept():
    async with serving(numbered) as port, opened(f"http://127.0.0.1:{port}") as upstream:
        connecting = asyncio.ensure_future(get(upstream))
        await asyncio.sleep(0)
        await upstream.aclose()
        assert await connecting
        await lost(upstream)
        assert upstream._way[0]._sweeping is None


async def test_a_server_that_is_gone_is_told_by_its_name_and_setting():
    async with raw_server() as server, opened(server.url) as upstream:
        host = server.url.removeprefix("http://")
        with pytest.raises(UpstreamFailed) as caught:
            await get(upstream)

    assert caught.value.message == (
        f"Mine at {host} broke off before it answered, or sent no HTTP (ConnectionResetError). Ask again; if this "
        "comes often, check the network, HTTPS_PROXY and plugin.mine.base_url."
    )
