import asyncio
from contextlib import aclosing

import pytest

from cgb import Context, MessageParam, MessagesRequest, Overloaded, Route
from cgb.testing import text_answer
from cgb.testing.properties.clock import Stuck
from cgb.testing.properties.upstream import Inner, Upstream

EVENTS = list(text_answer("m", "Hi."))
REQUEST = MessagesRequest(model="m", max_tokens=1, messages=(MessageParam(role="user", content="Hi"),))


async def read(inner):
    return [event async for event in inner.send(REQUEST, Route("a", "b"), Context(REQUEST))]


async def test_it_remembers_what_the_reader_did():
    upstream = Upstream(EVENTS, Overloaded("no"))
    async with aclosing(upstream.read()) as events:
        assert await anext(events) == EVENTS[0]
        assert (upstream.is_open, upstream.failed) == (True, False)
        with pytest.raises(Overloaded):
            async for _ in events:
                pass
    assert (upstream.is_open, upstream.failed) == (False, True)


async def test_it_fails_so_many_times_and_then_answers():
    inner = Inner(EVENTS, Overloaded("no"), place=2, failures=1)
    with pytest.raises(Overloaded):
        await read(inner)
    assert await read(inner) == EVENTS
    assert [answer.failed for answer in inner.answers] == [True, False]
    assert inner.requests == [REQUEST] * 2


async def test_it_tells_its_targets_apart():
    inner = Inner(EVENTS)
    assert inner.target("ab") != inner.target("abc")
    assert [model.id for model in inner.models()] == ["claude-some"]


def test_who_never_gives_up_is_stopped():
    inner = Inner(EVENTS)

    async def forever():
        while True:
            await read(inner)

    with pytest.raises(Stuck, match="asked 200 times"):
        asyncio.run(forever())
