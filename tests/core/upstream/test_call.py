"""One request and its answer, whose end leaves nothing behind."""

import asyncio
import sys
from contextlib import suppress

import pytest

from cgb import ApiError, Timeout, UnusableAnswer, UpstreamFailed
from cgb.isolation.stretches import Abandoned

from .kit import LOOPS, Clock, connections, http, in_two, lost, opened, raw_server, run, serving, silent, until
from .tls import NAME, encrypted, trusted, tunnels

__all__ = ["encrypted", "trusted"]

BODY = b"one two"
WHOLE = http(BODY)
HEAD = WHOLE[: -len(BODY)]


async def asked(upstream):
    async with upstream.request("GET", "x") as response:
        return await response.read()


async def nothing_left(upstream):
    """Whether all is closed and nothing is kept for later."""
    await lost(upstream)
    await asyncio.sleep(0)
    pool = upstream._way[0]
    return not pool._open and not pool._idle and pool._sweeping is None


@pytest.fixture
def _no_bypass(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


# Who leaves


WAITS = {
    "for the headers": (b"", lambda connection: True),
    "for the body": (HEAD, lambda connection: connection._is_begun),
    "for more of the body": (WHOLE[:-1], lambda connection: connection._is_begun and not connection._pieces),
}


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(("said", "is_there"), WAITS.values(), ids=WAITS)
def test_who_is_cancelled_while_it_waits_leaves_nothing_behind(loop, said, is_there, caplog):
    async def main():
        async with silent(said) as host, opened(f"http://{host}") as upstream:
            task = asyncio.ensure_future(asked(upstream))
            await asyncio.sleep(0)
            await until(lambda: connections(upstream))
            (connection,) = connections(upstream)
            await until(lambda: connection._waiter and is_there(connection))
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await nothing_left(upstream)

    assert run(main(), loop)
    assert caplog.messages == []


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.usefixtures("_no_bypass")
def test_who_is_cancelled_while_a_tunnel_comes_about_leaves_nothing_behind(loop, said, caplog):
    """While the proxy thinks, and while the server behind it does not say who it is."""

    async def main():
        told = asyncio.Event()
        async with silent(said, told) as host, opened(f"https://{NAME}", proxy=f"http://{host}") as upstream:
            task = asyncio.ensure_future(asked(upstream))
            await told.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return await nothing_left(upstream)

    assert run(main(), loop)
    assert caplog.messages == []


async def cancelled_at_any_moment(upstream):
    """Cancel calls after ever more steps, until one is over before."""
    pool, steps, is_over = upstream._way[0], 0, False
    while not is_over:
        task = asyncio.ensure_future(asked(upstream))
        for _ in range(steps):
            await asyncio.sleep(0)
        is_over = task.done()
        task.cancel()
        with suppress(asyncio.CancelledError):
            assert await task == BODY
        assert all(one in pool._idle or one._wire.is_closing() for one in pool._open)
        for connection in pool._idle:
            connection.close()
        pool._idle.clear()
        await lost(upstream)
        assert not pool._open
        steps += 1 + steps // 8


async def answering(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(WHOLE)
    await reader.read()


@pytest.mark.parametrize("loop", LOOPS)
def test_who_is_cancelled_at_any_moment_leaves_nothing_behind(loop, caplog):
    async def main():
        async with serving(answering) as port, opened(f"http://127.0.0.1:{port}") as upstream:
            await cancelled_at_any_moment(upstream)

    run(main(), loop)
    assert caplog.messages == []


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.usefixtures("_no_bypass", "trusted")
def test_who_is_cancelled_at_any_moment_of_a_tunnel_leaves_nothing_behind(loop, encrypted, caplog):
    async def main():
        async with (
            serving(answering, encrypted) as port,
            tunnels(port) as (proxy, _),
            opened(f"https://{NAME}", proxy=f"http://127.0.0.1:{proxy}") as upstream,
        ):
            await cancelled_at_any_moment(upstream)

    run(main(), loop)
    assert caplog.messages == []


@pytest.mark.parametrize("loop", LOOPS)
def test_who_leaves_in_mid_answer_ends_it(loop):
    async def main():
        async with silent(WHOLE[:-1]) as host, opened(f"http://{host}") as upstream:
            async with upstream.request("GET", "x") as response:
                assert await anext(response.chunks) == BODY[:-1]
            assert await nothing_left(upstream)
            assert [chunk async for chunk in response.chunks] == []

    run(main(), loop)


async def test_who_leaves_while_another_reads_leaves_nothing_behind_either():
    """A mistake, which Python tells; the connection is nobody's, and the other is not left waiting."""
    async with silent(WHOLE[:-1]) as host, opened(f"http://{host}") as upstream:
        call = upstream.request("GET", "x")
        response = await call.__aenter__()
        await anext(response.chunks)
        other = asyncio.ensure_future(response.read())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="already running"):
            await call.__aexit__(None, None, None)
        with pytest.raises(UnusableAnswer, match="broke in the middle"):
            await other
        assert await nothing_left(upstream)


async def test_a_wait_that_nobody_goes_on_with_does_not_hinder_the_end():
    """Bursts ends so what it has stepped: its task is never cancelled, and the future stays as it was."""
    async with silent(WHOLE[:-1]) as host, opened(f"http://{host}") as upstream:
        async with upstream.request("GET", "x") as response:
            await anext(response.chunks)
            waiting = anext(response.chunks)
            waiting.send(None)
            with pytest.raises(Abandoned):
                waiting.throw(Abandoned())
        assert await nothing_left(upstream)


async def test_two_who_read_one_answer_are_told_apart():
    """Else one of them would wait for ever."""
    async with (
        in_two(WHOLE[:-3], WHOLE[-3:]) as (url, told),
        opened(url) as upstream,
        upstream.request("GET", "x") as response,
    ):
        await anext(response.chunks)
        first = asyncio.ensure_future(response.read())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="already running"):
            await anext(response.chunks)
        told.set()
        assert await first == BODY[-3:]


# What fails


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("keep", [0, 5, len(HEAD) - 1, len(HEAD), len(WHOLE) - 1])
@pytest.mark.parametrize("is_abrupt", [True, False])
def test_whatever_breaks_is_an_error_of_ours_and_leaves_nothing_behind(loop, keep, is_abrupt, caplog):
    async def handle(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(WHOLE[:keep])
        if is_abrupt:
            writer.transport.abort()

    async def main():
        async with serving(handle) as port, opened(f"http://127.0.0.1:{port}") as upstream:
            with pytest.raises(ApiError) as caught:
                await asked(upstream)
            assert await nothing_left(upstream)
            return caught.value

    error = run(main(), loop)
    if keep < len(HEAD) and not is_abrupt:
        assert isinstance(error, UpstreamFailed)
    assert isinstance(error, UpstreamFailed) or error.kind == "cut"
    assert caplog.messages == []


async def test_a_request_that_times_out_leaves_nothing_behind():
    async with silent(WHOLE[:-1]) as host, opened(f"http://{host}", request_timeout=20) as upstream:
        clock = Clock()
        async with upstream.request("GET", "x") as response:
            await anext(response.chunks)
            task = asyncio.ensure_future(response.read())
            await clock.forward(0)
            await clock.forward(21)
            with pytest.raises(UnusableAnswer, match="request_timeout"):
                await task
            with pytest.raises(StopAsyncIteration):
                await anext(response.chunks)
        assert await nothing_left(upstream)


async def test_a_request_that_does_not_begin_leaves_nothing_behind():
    async with silent() as host, opened(f"http://{host}", request_timeout=0.05) as upstream:
        with pytest.raises(Timeout):
            await asked(upstream)
        assert await nothing_left(upstream)


async def test_what_a_reader_raises_is_its_own_and_ends_the_call():
    async def broken(upstream):
        async with upstream.request("GET", "x") as response:
            async for _ in response.chunks:
                raise BrokenPipeError

    async with silent(WHOLE[:-1]) as host, opened(f"http://{host}") as upstream:
        with pytest.raises(BrokenPipeError):
            await broken(upstream)
        assert await nothing_left(upstream)


async def test_a_call_holds_nothing_that_python_must_search_for():
    """Each would wait for the garbage collector, which seldom runs: docs/decisions.md."""
    async with raw_server(WHOLE, WHOLE) as server, opened(server.url) as upstream:
        assert await asked(upstream) == BODY
        (connection,) = connections(upstream)
        parser = connection._parser
        references = sys.getrefcount(parser)
        assert await asked(upstream) == BODY
        assert sys.getrefcount(parser) == references - 1
