import asyncio
import gc

import pytest

from cgb.isolation.stretches import forgotten, stretched


class Noted:
    def __init__(self):
        self.seen = []

    def enter(self):
        self.seen.append("enter")

    def leave(self):
        self.seen.append("leave")


async def test_each_stretch_between_two_waits_is_told():
    watch = Noted()

    async def works():
        watch.seen.append("a")
        await asyncio.sleep(0)
        watch.seen.append("b")
        return 5

    assert await stretched(works(), watch) == 5
    assert watch.seen == ["enter", "a", "leave", "enter", "b", "leave"]


async def test_what_never_waits_is_one_stretch():
    async def works():
        return 5

    watch = Noted()
    assert await stretched(works(), watch) == 5
    assert watch.seen == ["enter", "leave"]


async def test_what_is_raised_comes_through_and_ends_the_stretch():
    async def fails():
        await asyncio.sleep(0)
        raise KeyError

    watch = Noted()
    with pytest.raises(KeyError):
        await stretched(fails(), watch)
    assert watch.seen == ["enter", "leave"] * 2


async def test_cancelling_reaches_what_is_awaited():
    seen = []

    async def waits():
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    task = asyncio.create_task(stretched(waits(), Noted()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"]


async def test_futures_and_awaitables_of_ones_own_are_awaited_too():
    class Own:
        def __await__(self):
            return iter([])

    future = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(future.set_result, 5)
    assert await stretched(future, Noted()) == 5
    assert await stretched(Own(), Noted()) is None


def test_a_forgotten_coroutine_is_told_and_closed():
    async def answers():
        return 5

    assert forgotten(answers()) == ": an `await` is missing"
    assert forgotten(5) == ""
    gc.collect()  # a coroutine that nobody awaits would warn here
