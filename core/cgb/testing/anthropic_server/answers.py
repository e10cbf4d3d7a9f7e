"""Scripted answers: what a step is, and the frames it is streamed in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...messages import Message, Usage, block_of, event_to_wire, events_of, new_id
from ...sse import PING, frame
from .rules import signed


@dataclass(frozen=True, slots=True)
class Step:
    """One scripted answer: thinking, which is signed, then text, calls and further blocks; or an error.

    `events` are sent in place of all that, as they are. `cut` is after how many events the stream ends, or, where
    it `holds`, falls silent until the client leaves. `error` is a type and a message; with status 200 it is the
    stream's last event.
    """

    text: str = ""
    thinking: str = ""
    calls: Sequence[Mapping[str, Any]] = ()
    blocks: Sequence[Mapping[str, Any]] = ()
    events: Sequence[Mapping[str, Any]] = ()
    cut: int | None = None
    holds: bool = False
    status: int = 200
    error: tuple[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def message(self, model: str) -> Message:
        """The whole answer."""
        thought = {"type": "thinking", "thinking": self.thinking, "signature": signed(self.thinking)}
        said = {"type": "text", "text": self.text}
        called = [{"type": "tool_use", "id": new_id("toolu"), "input": {}, **call} for call in self.calls]
        blocks = [*([thought] if self.thinking else []), *([said] if self.text else []), *self.blocks, *called]
        return Message(
            id=new_id("msg"),
            model=model,
            content=tuple(map(block_of, blocks)),
            stop_reason="tool_use" if called else "end_turn",
            usage=Usage(input_tokens=11, output_tokens=7),
        )

    def frames(self, model: str) -> Iterator[bytes]:
        """The answer as it is streamed, with a ping after its first event, as the real one has."""
        events = self.events or [event_to_wire(event) for event in events_of(self.message(model))]
        for place, event in enumerate(events[: self.cut]):
            yield frame(dict(event))
            if place == 0:
                yield PING
        if self.error is not None:
            yield frame(error_body(*self.error))


def error_body(kind: str, message: str, request_id: str | None = None) -> dict[str, Any]:
    """An error as the API words it."""
    body: dict[str, Any] = {"type": "error", "error": {"type": kind, "message": message}}
    return {**body, "request_id": request_id} if request_id else body
