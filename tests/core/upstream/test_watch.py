"""When a call is ended, by a clock that is put forward: no test waits."""

import asyncio

import pytest

from cgb import Timeout, UnusableAnswer

from .kit import Clock, http, in_two, opened, silent

WHOLE = http(b"one two")
ONE, TWO = WHOLE[:-4], WHOLE[-4:]


async def asked(upstream):
    async with upstream.request("GET", "x") as response:
        return await response.read()


async def begun(waits, clock):
    """A task that waits for the server by now."""
    task = asyncio.ensure_future(waits)
    await clock.forward(0)
    return task


async def waiting(upstream, clock):
    """A call that has been made and waits for the server."""
    return await begun(asked(upstream), clock)


@pytest.mark.parametrize("setting", ["first_byte_timeout_s", "request_timeout", "total_timeout_s"])
async def test_a_wait_for_the_headers_ends_when_its_budget_does_and_not_before(setting):
    async with silent() as host, opened(f"http://{host}", **{setting: 20}) as upstream:
        clock = Clock()
        task = await waiting(upstream, clock)
        await clock.forward(15)
        assert not task.done()
        await clock.forward(6)
        with pytest.raises(Timeout, match=f"20 s that plugin.mine.{setting}"):
            await task


async def test_who_is_cancelled_while_it_waits_is_not_told_of_a_timeout():
    async with silent() as host, opened(f"http://{host}", request_timeout=20) as upstream:
        clock = Clock()
        task = await waiting(upstream, clock)
        task.cancel()
        await clock.forward(30)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_who_is_cancelled_just_when_time_is_up_is_cancelled():
    """As with `asyncio.timeout`: who cancels must not find that nothing came of it."""
    async with silent() as host, opened(f"http://{host}", request_timeout=20) as upstream:
        clock = Clock()
        task = await waiting(upstream, clock)
        asyncio.get_running_loop().call_later(20, task.cancel)
        await clock.forward(30)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_timeout_leaves_nothing_behind_that_cancels_later():
    async with silent() as host, opened(f"http://{host}", request_timeout=0.05) as upstream:
        with pytest.raises(Timeout):
            await asked(upstream)

    assert asyncio.current_task().cancelling() == 0


async def test_a_request_that_the_server_does_not_take_is_a_timeout():
    async def handle(reader, writer):
        await gone.wait()
        writer.close()

    gone = asyncio.Event()
    async with await asyncio.start_server(handle, "127.0.0.1", 0, limit=1) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with opened(url, first_byte_timeout_s=0.1) as upstream:
            with pytest.raises(Timeout, match="first_byte_timeout_s"):
                async with upstream.request("POST", "x", bytes(64_000_000)):
                    pass
        gone.set()


@pytest.mark.parametrize(
    ("fields", "setting"), [({"request_timeout": 20}, "request_timeout"), ({"total_timeout_s": 20}, "total_timeout_s")]
)
async def test_a_body_ends_when_its_budget_does_and_not_before(fields, setting):
    async with silent(ONE) as host, opened(f"http://{host}", **fields) as upstream:
        clock = Clock()
        async with upstream.request("GET", "x") as response:
            await anext(response.chunks)
            task = await begun(anext(response.chunks), clock)
            await clock.forward(15)
            assert not task.done()
            await clock.forward(6)
            with pytest.raises(UnusableAnswer, match=f"20 s that plugin.mine.{setting}"):
                await task


@pytest.mark.parametrize("first", [0, 40])
async def test_a_silence_is_measured_from_the_last_piece(first):
    async with (
        in_two(ONE, TWO[:-1]) as (url, told),
        opened(url, request_timeout=20, first_byte_timeout_s=first) as upstream,
    ):
        clock = Clock()
        async with upstream.request("GET", "x") as response:
            await anext(response.chunks)
            task = await begun(anext(response.chunks), clock)
            await clock.forward(15)
            told.set()
            assert await task == b" tw"
            task = await begun(anext(response.chunks), clock)
            await clock.forward(15)
            assert not task.done()
            await clock.forward(6)
            with pytest.raises(UnusableAnswer, match="request_timeout"):
                await task


async def test_a_client_that_is_slow_is_no_silent_server():
    async with in_two(ONE, TWO) as (url, told), opened(url, request_timeout=10) as upstream:
        clock = Clock()
        async with upstream.request("GET", "x") as response:
            await anext(response.chunks)
            for _ in range(3):
                await clock.forward(15)
            told.set()
            assert await response.read() == TWO


async def test_a_slow_client_gets_a_body_that_waits_for_it():
    """The connection is not read while more is here than is taken: nothing comes, but the server is not silent."""
    large = bytes(4_000_000)
    async with (
        silent(http(large)) as host,
        opened(f"http://{host}", request_timeout=10, total_timeout_s=0) as upstream,
    ):
        clock = Clock()
        async with upstream.request("GET", "x") as response:
            first = await anext(response.chunks)
            for _ in range(3):
                await clock.forward(15)
            assert len(first) + len(await response.read()) == len(large)


async def test_a_call_whose_total_is_over_ends_for_a_slow_client_too():
    async with in_two(ONE, TWO) as (url, told), opened(url, total_timeout_s=20) as upstream:
        clock = Clock()
        async with upstream.request("GET", "x") as response:
            await anext(response.chunks)
            await clock.forward(25)
            told.set()
            with pytest.raises(UnusableAnswer, match="total_timeout_s") as caught:
                await response.read()

    assert caught.value.kind == "stall"


async def test_a_body_that_is_here_as_a_whole_is_not_late():
    async with silent(WHOLE) as host, opened(f"http://{host}", total_timeout_s=20) as upstream:
        clock = Clock()
        async with upstream.request("GET", "x") as response:
            await clock.forward(50)
            assert await response.read() == b"one two"


async def test_no_total_is_none():
    async with in_two(ONE, TWO) as (url, told), opened(url, total_timeout_s=0) as upstream:
        clock = Clock()
        async with upstream.request("GET", "x") as response:
            await clock.forward(50)
            await anext(response.chunks)
            told.set()
            assert await response.read() == TWO


async def test_a_call_that_is_over_leaves_no_timer():
    async with silent(WHOLE) as host, opened(f"http://{host}") as upstream:
        await asked(upstream)
        ours = [one for one in asyncio.get_running_loop()._scheduled if "Watch" in repr(one) and not one.cancelled()]

    assert ours == []
