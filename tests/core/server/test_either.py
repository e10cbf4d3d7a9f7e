import asyncio

import pytest

from cgb.server.either import Either


def forever():
    return asyncio.create_task(asyncio.Event().wait())


@pytest.mark.parametrize("is_other", [False, True])
async def test_the_first_that_ends_ends_the_wait(is_other):
    gate, endless = asyncio.Event(), forever()
    opened = asyncio.create_task(gate.wait())
    either = Either(endless if is_other else opened)
    either.beside(opened if is_other else endless)
    asyncio.get_running_loop().call_soon(gate.set)

    assert not either.ended()
    async with asyncio.timeout(10):
        await either.wait(60)
    assert either.ended()
    endless.cancel()


async def test_one_may_be_alone():
    gate = asyncio.Event()
    either = Either(asyncio.create_task(gate.wait()))
    asyncio.get_running_loop().call_soon(gate.set)

    assert not either.ended()
    async with asyncio.timeout(10):
        await either.wait(60)
    assert either.ended()


async def test_the_wait_has_its_end():
    one, other = forever(), forever()
    either = Either(one)
    either.beside(other)

    async with asyncio.timeout(10):
        await either.wait(0)
    assert not either.ended()
    for task in (one, other):
        task.cancel()


async def test_who_waits_may_be_cancelled():
    one = forever()
    waiting = asyncio.create_task(Either(one).wait(60))
    await asyncio.sleep(0)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    one.cancel()
    await asyncio.wait([one])
