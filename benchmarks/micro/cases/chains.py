"""What stream plugins that do nothing cost; figures are for one event."""

from __future__ import annotations

from contextlib import AbstractContextManager, aclosing, asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

from typing_extensions import override

from cgb import Context, Event, MessagesRequest, Route, TextDelta, Transport, hookimpl
from cgb.exchange import Exchange
from cgb.testing import opened, request_of, text_answer

from .case import Case, Once, driven

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

EVENTS = 1_000


class Reciting(Transport):
    """Says the same words each time, without any work."""

    def __init__(self, events: int) -> None:
        start, block, _, *rest = text_answer("any", "word")
        self._events = (start, block, *(TextDelta(0, "word ") for _ in range(events)), *rest)

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        for event in self._events:
            yield event


@hookimpl
async def transform_stream(events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    """Hand every event on."""
    async for event in events:
        yield event


@asynccontextmanager
async def reciting(events: int) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """An answer without any pipeline."""
    transport, request = Reciting(events), request_of("Hello")
    route, ctx = Route("any", "any"), Context(request)

    async def once() -> int:
        async with aclosing(transport.send(request, route, ctx)) as said:
            return len([event async for event in said])

    yield once


@asynccontextmanager
async def passing(plugins: int, events: int = EVENTS) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """An answer through so many plugins."""
    request = request_of("Hello")
    idle = [SimpleNamespace(transform_stream=transform_stream, place=place) for place in range(plugins)]
    async with opened([Reciting(events), *idle]) as bridge:

        async def once() -> int:
            exchange = Exchange(bridge, request, {})
            async with aclosing(exchange.events()) as said:
                number = len([event async for event in said])
            exchange.finish()
            return number

        yield once


def through(plugins: int) -> AbstractContextManager[Once]:
    """The same, without an event loop."""
    return driven(passing(plugins))


CASES = tuple(Case(f"chain: {plugins} no-op stream plugins", partial(through, plugins), EVENTS) for plugins in (0, 5))
