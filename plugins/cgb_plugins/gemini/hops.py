"""The long answers of Gemini 4, which come in several hops."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

from cgb import Context

Frame = Mapping[str, Any]
Ask = Callable[[dict[str, Any]], AbstractAsyncContextManager[AsyncGenerator[dict[str, Any]]]]

_HOPS = 16
_WRITTEN = ("candidatesTokenCount", "thoughtsTokenCount")


async def hops(ask: Ask, body: dict[str, Any], ctx: Context) -> AsyncGenerator[Frame]:
    """The frames of an answer, whatever the number of requests it takes.

    A hop that ends with CONTINUATION is followed by the same request with its token and without what was
    said so far; what the hops wrote adds up (Gemini API contract, models). The last hop that is allowed keeps its
    CONTINUATION, so that the answer is seen to be cut short.
    """
    before = dict.fromkeys(_WRITTEN, 0)
    for hop in range(_HOPS):
        token, figures = "", dict[str, Any]()
        async with ask(body) as frames, aclosing(frames):
            async for frame in frames:
                if usage := frame.get("usageMetadata"):
                    figures.update(present(usage))
                candidate = candidate_of(frame)
                if hop + 1 < _HOPS and candidate.get("finishReason") == "CONTINUATION":
                    token = str(candidate.get("continuationToken") or "")
                    candidate = {**candidate, "finishReason": None} if token else candidate
                    yield {**_summed(frame, before), "candidates": [candidate]}
                else:
                    yield _summed(frame, before) if hop else frame
        if not token:
            return
        ctx.note("continuation", "the answer goes on in another request")
        before = {name: before[name] + _count(figures, name) for name in _WRITTEN}
        body = {**body, "continuationToken": token}


def candidate_of(frame: Frame) -> Mapping[str, Any]:
    """The one candidate that is asked for, as far as a frame has something of it."""
    return (frame.get("candidates") or ({},))[0] or {}


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members an object really has: null is absent."""
    if None in members.values():
        return {name: value for name, value in members.items() if value is not None}
    return members if isinstance(members, dict) else dict(members)


def _count(figures: Mapping[str, Any], name: str) -> int:
    told = figures.get(name)
    return told if isinstance(told, int) else 0


def _summed(frame: Frame, before: Mapping[str, int]) -> Frame:
    """A frame with the figures of the hops before."""
    usage = frame.get("usageMetadata")
    if not usage:
        return frame
    total = {name: _count(usage, name) + count for name, count in before.items() if count}
    return {**frame, "usageMetadata": {**usage, **total}}
