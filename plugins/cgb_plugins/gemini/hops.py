"""The long answers of Gemini 4, which come in several hops."""

from collections.abc import Mapping
from typing import Any

from cgb import Context

Frame = Mapping[str, Any]

_HOPS = 16
_WRITTEN = ("candidatesTokenCount", "thoughtsTokenCount")


class Hops:
    """Makes one answer of the requests that it takes.

    A hop that ends with CONTINUATION is followed by the same request with its token and without what was
    said so far; what the hops wrote adds up (Gemini API contract, models). The last hop that is allowed keeps its
    CONTINUATION, so that the answer is seen to be cut short.

    Attributes:
        told: the figures as Gemini told them last, whatever they are; `count` reads them.
    """

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._left = _HOPS - 1
        self._token = ""
        self.told: dict[str, Any] = {}
        self._before: dict[str, int] = {}

    def read(self, frame: Frame) -> Mapping[str, Any]:
        """Take a frame's figures, which are cumulative within a hop, and give its one candidate."""
        if usage := frame.get("usageMetadata"):
            told = usage if None not in usage.values() else present(usage)
            self.told |= {**told, **self._added(told)} if self._before else told
        candidates = frame.get("candidates")
        return (candidates and candidates[0]) or {}

    def ended(self, candidate: Mapping[str, Any]) -> Mapping[str, Any]:
        """Take how a candidate ends, if it does: where another hop follows, that is no end."""
        if candidate.get("finishReason") == "CONTINUATION" and self._left:
            self._token = str(candidate.get("continuationToken") or "")
            return {**candidate, "finishReason": None} if self._token else candidate
        return candidate

    def count(self, name: str, absent: Any = 0) -> Any:
        """A figure that was told last; what is no number was not told."""
        told = self.told.get(name)
        return told if isinstance(told, int) else absent

    def next(self, body: dict[str, Any]) -> dict[str, Any] | None:
        """What to ask for the rest, where the hop before ended without an end."""
        if not self._token:
            return None
        self._ctx.note("continuation", "the answer goes on in another request")
        body, self._token = {**body, "continuationToken": self._token}, ""
        self._left -= 1
        self._before = {name: self.count(name) for name in _WRITTEN}
        return body

    def _added(self, told: Mapping[str, Any]) -> dict[str, int]:
        """What the hop wrote, after the hops before."""
        written = {name: told[name] for name in _WRITTEN if isinstance(told.get(name), int)}
        return {name: before + written.get(name, 0) for name, before in self._before.items() if before}


def present(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members an object really has: null is absent."""
    if None in members.values():
        return {name: value for name, value in members.items() if value is not None}
    return members if isinstance(members, dict) else dict(members)
