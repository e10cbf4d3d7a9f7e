"""How a stream ended in the provider's own words, which LiteLLM does not pass on.

It ends every stream with a finish reason, also one that broke off, and calls Gemini's malformed calls `stop`
(Gemini API contract, LiteLLM). Both are looked up where LiteLLM still knows them.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any


class Ending:
    """What one of LiteLLM's streams knew of its end."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._candidate: dict[str, Any] = {}
        self._blocked = ""
        self._reads_frames = False

    async def opened(self) -> None:
        """Have the request sent, and look at the frames of a provider that is Gemini."""
        fetch: Callable[[], Awaitable[Any]] | None = getattr(self._stream, "fetch_stream", None)
        if fetch is None:
            return
        frames = getattr(self._stream, "completion_stream", None) or await fetch()
        parse = getattr(frames, "chunk_parser", None)
        if parse is not None and hasattr(frames, "cumulative_tool_call_index"):
            self._reads_frames = True
            frames.chunk_parser = self._hearing(parse)

    def _hearing(self, parse: Callable[..., Any]) -> Callable[..., Any]:
        def heard(chunk: dict[str, Any]) -> Any:
            self._hear(chunk)
            return parse(chunk=chunk)

        return heard

    def _hear(self, frame: Mapping[str, Any]) -> None:
        feedback = frame.get("promptFeedback") or {}
        self._blocked = self._blocked or str(feedback.get("blockReason") or "")
        candidate = (frame.get("candidates") or [{}])[0] or {}
        if candidate.get("finishReason"):
            self._candidate = {name: candidate.get(name) or "" for name in ("finishReason", "finishMessage")}

    @property
    def is_known(self) -> bool:
        """Whether the provider ended the answer itself."""
        return bool(self._reason())

    def found(self) -> dict[str, str]:
        """The mapped finish reason, "" where the stream broke off; the native one, and what was said of it."""
        return {
            "reason": self._reason(),
            "native": self._blocked or str(self._candidate.get("finishReason", "")),
            "detail": str(self._candidate.get("finishMessage", "")),
        }

    def _reason(self) -> str:
        if self._blocked:
            return "content_filter"
        if self._reads_frames and not self._candidate:
            return ""
        names = ("received_finish_reason", "intermittent_finish_reason")
        return next((str(found) for name in names if (found := getattr(self._stream, name, None))), "")
