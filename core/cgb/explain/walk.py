"""Sends a request on its way and tells what was seen."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from ..context import Context, kind_of, public_headers
from ..errors import ApiError, ConfigError
from ..nearest import nearest
from .explanation import explanation
from .watched import WatchedPipeline

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from ..config import Config
    from ..messages import MessagesRequest
    from ..pipeline import Pipeline
    from ..plugins import Plugin
    from .explanation import Explanation
    from .files import Answer

HOOKS = ("rewrite_request", "choose_route", "fit_request", "transform_stream")
"""The hooks that a walk can end with, in the order a request meets them."""


async def explain(
    request: MessagesRequest,
    plugins: Sequence[Plugin],
    config: Config,
    headers: Mapping[str, str] | None = None,
    *,
    upto: str = HOOKS[-1],
    answer: Answer | None = None,
    live: Collection[str] = (),
    at: datetime | None = None,
) -> Explanation:
    """Tell what each plugin does to a request and to its answer; nobody is asked upstream.

    Args:
        request: what the client asks; without `max_tokens` it is one that only counts tokens.
        plugins: in their order.
        config: their settings.
        headers: the client's, names in lower case.
        upto: the last of `HOOKS` to come to.
        answer: what upstream is to say; without one the walk ends where the request would leave.
        live: transports that are asked in truth all the same, because what they lead to is simulated.
        at: when the request is to have come; now, unless given.

    Raises:
        ConfigError, PluginError: settings or plugins are not as they should be, or the request's way leads past
            the `live` transports.
    """
    if upto not in HOOKS:
        raise ConfigError(f"a walk cannot end with {upto!r}.{nearest(upto, HOOKS)}")
    async with WatchedPipeline.open(plugins, config) as pipeline:
        if upto == HOOKS[-1]:
            pipeline.trail.answer, pipeline.trail.live = answer, live
        given = headers or {}
        ctx = Context(request, kind_of(request, given, counting=request.max_tokens is None), public_headers(given))
        ctx = replace(ctx, at=at or ctx.at)
        try:
            await _walk(pipeline, ctx, upto)
        except ApiError as error:
            return explanation(pipeline, ctx, error)
        return explanation(pipeline, ctx, None)


async def _walk(pipeline: WatchedPipeline, ctx: Context, upto: str) -> None:
    match upto:
        case "rewrite_request":
            await pipeline.rewrite(ctx.request, ctx)
        case "choose_route":
            await pipeline.route(ctx.request, ctx)
        case _:
            await _send(pipeline, ctx)


async def _send(pipeline: WatchedPipeline, ctx: Context) -> None:
    """Ask for the answer, and leave as clients do if nobody is there to give one."""
    trail = pipeline.trail
    sending = asyncio.create_task(_drain(pipeline, ctx))
    arriving = asyncio.create_task(trail.arrived.wait())
    try:
        await asyncio.wait({sending, arriving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sending.cancel()
        arriving.cancel()
        await asyncio.wait({sending, arriving})
    if trail.arrived.is_set() and trail.live:
        raise ConfigError(
            f"the request's way leads to {ctx.routes[-1]}, and only {', '.join(trail.live)} is simulated here. "
            "Explain it with a recorded answer, or another model."
        )
    if not sending.cancelled():
        sending.result()


async def _drain(pipeline: Pipeline, ctx: Context) -> None:
    async with aclosing(pipeline.send(ctx.request, ctx)) as events:
        async for _ in events:
            pass
