import asyncio
from contextlib import aclosing

from hypothesis import given
from hypothesis import strategies as st

from cgb.server.bursts import Bursts

WAITS = ("none", "turn", "task", "timer", "future")
patterns = st.lists(st.sampled_from(WAITS), max_size=12)


async def wait(how):
    match how:
        case "turn":
            await asyncio.sleep(0)
        case "task":
            await asyncio.create_task(asyncio.sleep(0))
        case "timer":
            async with asyncio.timeout(5):  # not wait_for, which loses a cancellation in Python 3.11
                await asyncio.sleep(0.0001)
        case "future":
            future = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(future.set_result, None)
            await future


class Source:
    """Counts up, waiting before each number as the pattern says, and then ends or fails."""

    def __init__(self, pattern, error=None):
        self.pattern, self.error, self.closed = pattern, error, 0

    async def items(self):
        try:
            for number, how in enumerate(self.pattern):
                await wait(how)
                yield number
            if self.error:
                raise self.error
        finally:
            self.closed += 1
            await asyncio.sleep(0)


@given(patterns, patterns)
def test_the_same_items_in_the_same_order(pattern, reading):
    async def main():
        source, seen = Source(pattern), []
        async for bunch in Bursts(source.items()):
            assert bunch
            seen += bunch
            await wait(reading[len(seen) % len(reading)] if reading else "none")
        assert seen == list(range(len(pattern)))
        assert source.closed == 1

    asyncio.run(main())


@given(patterns)
def test_an_error_comes_after_all_that_came_before_it(pattern):
    async def main():
        source, seen = Source(pattern, KeyError("broken")), []
        try:
            async for bunch in Bursts(source.items()):
                seen += bunch
        except KeyError:
            assert seen == list(range(len(pattern)))
            assert source.closed == 1
        else:
            raise AssertionError("the error was lost")

    asyncio.run(main())


@given(patterns, st.integers(0, 12))
def test_whoever_stops_reading_closes_the_source(pattern, after):
    async def main():
        source, seen = Source(pattern), []
        items = source.items()
        async with aclosing(items), aclosing(Bursts(items)) as bunches:
            if after:
                async for bunch in bunches:
                    seen += bunch
                    if len(seen) >= after:
                        break
        assert seen == list(range(len(seen)))
        assert source.closed == (1 if after else 0)

    asyncio.run(main())


@given(patterns, st.integers(0, 20))
def test_cancelling_the_reader_closes_the_source(pattern, turns):
    async def main():
        source = Source([*pattern, "turn"], None)
        forever = asyncio.Event()

        async def endless():
            async with aclosing(source.items()) as items:
                async for item in items:
                    yield item
                await forever.wait()

        seen = []

        async def read():
            items = endless()
            async with aclosing(items), aclosing(Bursts(items)) as bunches:
                async for bunch in bunches:
                    seen.extend(bunch)

        reading = asyncio.create_task(read())
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait({reading}, timeout=10)
        assert reading.cancelled()
        assert seen == list(range(len(seen)))
        assert source.closed == (1 if turns else 0)

    asyncio.run(main())
