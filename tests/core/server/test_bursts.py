import asyncio
from contextlib import aclosing

import pytest

from cgb.server import bursts
from cgb.server.bursts import LONGEST_S, Bursts


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """However busy the machine is, nothing takes long."""
    monkeypatch.setattr(bursts, "LONGEST_S", 60)


async def collect(items):
    return [bunch async for bunch in Bursts(items)]


async def test_what_comes_without_waiting_comes_together():
    gate = asyncio.Event()

    async def items():
        yield 1
        yield 2
        await gate.wait()
        yield 3
        yield 4

    async def open_gate():
        gate.set()

    opening = asyncio.create_task(open_gate())
    assert await collect(items()) == [[1, 2], [3, 4]]
    await opening


@pytest.fixture
def slow(monkeypatch):
    """Items that never wait, and each of which takes nearly as long as a list may be in the making."""
    now = 0.0

    def perf_counter():
        nonlocal now
        return now

    async def items():
        nonlocal now
        for number in range(4):
            now += 0.6 * LONGEST_S
            yield number

    monkeypatch.setattr(bursts, "LONGEST_S", LONGEST_S)
    monkeypatch.setattr(bursts, "perf_counter", perf_counter)
    return items


async def test_what_takes_long_comes_in_part_and_others_have_their_turn(slow):
    """LiteLLM takes a millisecond for each of its chunks: a hundred that were there at once held up everybody."""
    seen = []

    async def another():
        while len(seen) < 5:
            seen.append("another")
            await asyncio.sleep(0)

    running = asyncio.create_task(another())
    async for bunch in Bursts(slow()):
        seen += [bunch]
    await running
    assert seen[:4] == [[0, 1], "another", [2, 3], "another"]


async def test_it_can_be_closed_between_two_parts(slow):
    source = slow()
    async with aclosing(source), aclosing(Bursts(source)) as bunches:
        assert await anext(bunches) == [0, 1]
    with pytest.raises(StopAsyncIteration):
        await anext(source)


async def test_nothing_comes_of_nothing():
    async def items():
        return
        yield

    assert await collect(items()) == []


async def test_a_burst_is_handed_out_before_the_next_item_is_waited_for():
    gate = asyncio.Event()

    async def items():
        yield "now"
        await gate.wait()
        yield "later"

    async with aclosing(Bursts(items())) as bunches:
        assert await anext(bunches) == ["now"]
        gate.set()
        assert await anext(bunches) == ["later"]


@pytest.mark.parametrize("waits", [True, False])
async def test_an_error_comes_after_what_came_before_it(waits):
    async def items():
        yield 1
        if waits:
            await asyncio.sleep(0)
        raise KeyError("broken")

    bunches = Bursts(items())
    assert await anext(bunches) == [1]
    with pytest.raises(KeyError, match="broken"):
        await anext(bunches)


async def test_closing_ends_a_step_that_waits():
    seen = []

    async def items():
        try:
            yield 1
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            await asyncio.sleep(0)
            raise
        finally:
            seen.append("closed")

    async with aclosing(Bursts(items())) as bunches:
        assert await anext(bunches) == [1]
    assert seen == ["cancelled", "closed"]


async def test_cancelling_who_waits_reaches_the_source():
    seen, waiting = [], asyncio.Event()

    async def items():
        try:
            waiting.set()
            await asyncio.Event().wait()
            yield
        finally:
            seen.append("closed")

    async def read():
        async with aclosing(Bursts(items())) as bunches:
            await anext(bunches)

    reading = asyncio.create_task(read())
    await waiting.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert seen == ["closed"]


@pytest.mark.parametrize("read", [0, 1, 2, 3])
async def test_whoever_leaves_closes_what_was_read(read):
    seen = []

    async def items():
        try:
            yield 1
            await asyncio.sleep(0)
            yield 2
        finally:
            seen.append("closed")

    source = items()
    async with aclosing(Bursts(source)) as bunches:
        for _ in range(read):
            await anext(bunches, None)

    assert seen == ["closed"] * bool(read)
    with pytest.raises(StopAsyncIteration):
        await anext(source)


@pytest.mark.parametrize("last", ["returns", "yields"])
async def test_a_source_that_swallows_its_end_is_left_alone(last):
    async def items():
        yield 1
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            if last == "yields":
                yield 2

    source = items()
    async with aclosing(source), aclosing(Bursts(source)) as bunches:
        assert await anext(bunches) == [1]


async def test_waiting_inside_a_step_works_like_waiting_anywhere():
    async def items():
        yield await asyncio.wait_for(asyncio.sleep(0, "a"), 5)
        yield await asyncio.gather(*[asyncio.sleep(0, n) for n in range(3)])
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        yield "b"

    assert [item for bunch in await collect(items()) for item in bunch] == ["a", [0, 1, 2], "b"]
