"""The way out: a request of Claude Code's size, from its bytes to Gemini's."""

from __future__ import annotations

from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from cgb import Context
from cgb.server.body import parse_request
from cgb.steps import chain

from .bodies import claude_code
from .bridge import pipeline
from .case import Case, Once, driven

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from cgb import MessagesRequest, Route
    from cgb.pipeline import Pipeline

LONG = 10
"""How many times as long the long history is: it may cost eleven times as much."""


def parsing() -> AbstractContextManager[Once]:
    """Bytes to a request."""
    return nullcontext(partial(parse_request, claude_code()))


@asynccontextmanager
async def fitting() -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """Every fit_request of the default plugins."""
    request = parse_request(claude_code())
    async with pipeline() as opened:
        route = await opened.route_of(request.model)
        yield partial(fitted, opened, request, route)


@asynccontextmanager
async def converting() -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """A request that fits, as Gemini's JSON."""
    async with pipeline() as opened:
        asked = parse_request(claude_code())
        route = await opened.route_of(asked.model)
        request = await fitted(opened, asked, route)
        transport = opened.transports[route.transport]

        async def once() -> Any:
            return transport.render(request, route)

        yield once


@asynccontextmanager
async def all_of_it(rounds: int) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """From the client's bytes to Gemini's."""
    body = claude_code(rounds)
    async with pipeline() as opened:

        async def once() -> bytes:
            asked = parse_request(body)
            request, route = await opened.route(asked, Context(asked))
            return orjson.dumps(opened.transports[route.transport].render(await fitted(opened, request, route), route))

        yield once


async def fitted(opened: Pipeline, request: MessagesRequest, route: Route) -> MessagesRequest:
    """The request as the plugins fit it for its route."""
    fits = tuple(step for step in opened.steps if step.hook == "fit_request")
    target = opened.target(route)
    found: MessagesRequest = await chain(fits, "request", request, route=route, target=target, ctx=Context(request))
    return found


CASES = (
    Case("request: parse", parsing),
    Case("request: fit", lambda: driven(fitting())),
    Case("request: convert", lambda: driven(converting())),
    Case("request: all", lambda: driven(all_of_it(29))),
    Case("request: all, ten times the history", lambda: driven(all_of_it(29 * LONG)), LONG),
)
