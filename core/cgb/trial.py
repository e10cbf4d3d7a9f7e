"""One real small request, sent the way a client's would go."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from .context import Context
from .errors import ApiError
from .messages import MessageParam, MessagesRequest, accumulate

if TYPE_CHECKING:
    from .pipeline import Pipeline

MODEL = "claude-haiku-4-5"
"""What is asked for where the client names no model: the cheapest family, mapped like any other."""


async def try_model(pipeline: Pipeline, model: str) -> dict[str, Any]:
    """What came of one small request for a model."""
    ask = MessageParam(role="user", content="Answer with the one word: pong")
    request = MessagesRequest(model=model, max_tokens=64, messages=(ask,))
    ctx = Context(request, "check")
    begin = time.perf_counter()
    try:
        async with aclosing(pipeline.send(request, ctx)) as events:
            message = await accumulate(events)
    except ApiError as error:
        return {"ok": False, **_went(ctx, begin), "status": error.status, **error.body(ctx.id)}
    return {"ok": True, **_went(ctx, begin), "message": message.to_wire()}


def _went(ctx: Context, begin: float) -> dict[str, Any]:
    routes = [str(route) for route in ctx.routes]
    return {"model": ctx.request.model, "routes": routes, "seconds": round(time.perf_counter() - begin, 3)}
