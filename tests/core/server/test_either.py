import asyncio

import pytest

from cgb.server.either import Either


async def test_the_first_that_ends_ends_the_wait():
    gate = asyncio.Event()
    opened, forever = asyncio.create_task(gate.wait()), asyncio.create_task(asyncio.Event().wait())
    either = Either(opened, forever)
    asyncio.get_running_loop().call_soon(gate.set)

    assert not either.ended()
    async with asyncio.timeout(10):
        await either.wait(60)
    assert either.ended()
    forever.cancel()


async def test_the_wait_has_its_end():
    forever = [asyncio.create_task(asyncio.Event().wait()) for _ in range(2)]
    either = Either(*forever)

    async with asyncio.timeout(10):
        await either.wait(0)
    assert not either.ended()
    for task in forever:
        task.cancel()


async def test_who_waits_may_be_cancelled():
    forever = [asyncio.create_task(asyncio.Event().wait()) for _ in range(2)]
    waiting = asyncio.create_task(Either(*forever).wait(60))
    await asyncio.sleep(0)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    for task in forever:
        task.cancel()
    await asyncio.wait(forever)
