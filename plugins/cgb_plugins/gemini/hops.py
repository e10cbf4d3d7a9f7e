"""The long answers of Gemini 4, which come in several hops."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from cgb import Context

Frame = Mapping[str, Any]
Ask = Callable[[dict[str, Any]], AsyncGenerator[list[dict[str, Any]]]]

_HOPS = 16
_WRITTEN = ("candidatesTokenCount", "thoughtsTokenCount")


async def hops(ask: Ask, body: dict[str, Any], ctx: Context) -> AsyncGenerator[list[Frame]]:
    """The frames of an answer, whatever the number of requests it takes; those together that came together.

    A hop that ends with CONTINUATION is followed by the same request with its token and without what was
    said so far; what the hops wrote adds up (Gemini API contract, models). The last hop that is allowed keeps its
    CONTINUATION, so that the answer is seen to be cut short.
    """
    before: dict[str, int] = {}
    for place in range(_HOPS):
        hop = _Hop(before, is_last=place + 1 == _HOPS)
        async with aclosing(ask(body)) as pieces:
            async for frames in pieces:
                yield list(map(hop.read, frames))
        if not hop.token:
            return
        ctx.note("continuation", "the answer goes on in another request")
        before = hop.written()
        body = {**body, "continuationToken": hop.token}


class _Hop:
    """One of the requests.

    Attributes:
        token: by which the answer goes on, where it does.
    """

    def __init__(self, before: Mapping[str, int], *, is_last: bool) -> None:
        self.token = ""
        self._before = before
        self._is_last = is_last
        self._figures: dict[str, Any] = {}

    def read(self, frame: Frame) -> Frame:
        """A frame as that of an answer in one piece."""
        candidate = candidate_of(frame)
        if candidate.get("finishReason") == "CONTINUATION" and not self._is_last:
            self.token = str(candidate.get("continuationToken") or "")
            if self.token:
                frame = {**frame, "candidates": [{**candidate, "finishReason": None}]}
        usage = frame.get("usageMetadata")
        if not usage:
            return frame
        self._figures.update(usage if None not in usage.values() else present(usage))
        return {**frame, "usageMetadata": {**usage, **self._added(usage)}} if self._before else frame

    def written(self) -> dict[str, int]:
        """What was written so far."""
        return {name: self._before.get(name, 0) + _count(self._figures, name) for name in _WRITTEN}

    def _added(self, usage: Mapping[str, Any]) -> dict[str, int]:
        """A frame's figures with those of the hops before."""
        return {name: _count(usage, name) + count for name, count in self._before.items() if count}


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
