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
    written = dict.fromkeys(_WRITTEN, 0)
    for hop in range(_HOPS):
        token, last = "", dict.fromkeys(_WRITTEN, 0)
        async with ask(body) as frames, aclosing(frames):
            async for frame in frames:
                token = (hop + 1 < _HOPS and _token(frame)) or token
                last |= _figures(frame)
                yield _told(frame, written, goes_on=bool(token))
        if not token:
            return
        ctx.note("continuation", "the answer goes on in another request")
        written = {name: written[name] + last[name] for name in _WRITTEN}
        body = {**body, "continuationToken": token}


def _candidate(frame: Frame) -> Mapping[str, Any]:
    return (frame.get("candidates") or [{}])[0] or {}


def _figures(frame: Frame) -> dict[str, int]:
    """What a frame says was written so far; null is absent."""
    usage = frame.get("usageMetadata") or {}
    return {name: usage[name] for name in _WRITTEN if isinstance(usage.get(name), int)}


def _token(frame: Frame) -> str:
    candidate = _candidate(frame)
    return str(candidate.get("continuationToken") or "") if candidate.get("finishReason") == "CONTINUATION" else ""


def _told(frame: Frame, written: Mapping[str, int], *, goes_on: bool) -> Frame:
    """A frame with the figures of the hops before, and without an end that is none."""
    if any(written.values()) and frame.get("usageMetadata"):
        figures = _figures(frame)
        total = {name: figures.get(name, 0) + count for name, count in written.items() if count}
        frame = {**frame, "usageMetadata": {**frame["usageMetadata"], **total}}
    if goes_on and _candidate(frame).get("finishReason") == "CONTINUATION":
        frame = {**frame, "candidates": [{**_candidate(frame), "finishReason": None}]}
    return frame
