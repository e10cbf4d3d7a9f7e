"""The way back: Gemini's bytes as events, and events as the client's bytes; figures are for one chunk."""

from __future__ import annotations

from contextlib import AbstractContextManager, aclosing, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

from cgb import Context, Usage
from cgb.messages import Writer
from cgb.server.body import parse_request
from cgb.sse import encode

from .bodies import MODEL, prose, small, streamed
from .bridge import answering, pipeline, together
from .case import Case, Once, driven

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

CHUNKS = 200


def writing() -> AbstractContextManager[Once]:
    """Words to events to bytes."""
    text = prose(40)

    def once() -> int:
        writer = Writer(MODEL)
        said = [writer.start(), *(writer.text(text) for _ in range(CHUNKS)), writer.finish("end_turn", Usage())]
        return sum(len(encode(event)) for events in said for event in events)

    return nullcontext(once)


@asynccontextmanager
async def reading() -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Gemini's frames to events: the transport alone."""
    request = parse_request(small())
    with answering(together(streamed(CHUNKS))):
        async with pipeline() as opened:
            route = await opened.route_of(request.model)
            transport = opened.transports[route.transport]

            async def once() -> int:
                async with aclosing(transport.send(request, route, Context(request))) as events:
                    return len([event async for event in events])

            yield once


CASES = (
    Case("answer: write and encode", writing, CHUNKS),
    Case("answer: Gemini's frames to events", lambda: driven(reading()), CHUNKS),
)
