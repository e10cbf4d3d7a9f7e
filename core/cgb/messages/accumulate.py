"""Events to a message, and a message to events."""

from collections.abc import AsyncIterable, Iterator, Mapping
from typing import Any

import orjson

from .content import Block, BlockValue, block_of
from .events import (
    CitationsDelta,
    ContentBlockDelta,
    ContentBlockStart,
    ContentBlockStop,
    Event,
    InputJsonDelta,
    MessageDelta,
    MessageStart,
    MessageStop,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
)
from .message import Message
from .usage import Usage


class Accumulator:
    """Collects an answer's events; `message` is the answer so far."""

    def __init__(self) -> None:
        self._start: Message | None = None
        self._blocks: list[Block] = []
        self._open: dict[str, Any] = {}
        self._pieces: list[str] = []
        self._end: dict[str, Any] = {}

    @property
    def message(self) -> Message:
        """The answer.

        Raises:
            ValueError: no message_start has come.
        """
        if self._start is None:
            raise ValueError("an answer without message_start")
        return self._start.with_(content=tuple(self._blocks), **self._end)

    def add(self, event: Event) -> None:
        """Take one event."""
        match event:
            case MessageStart(message):
                self._start = message
            case ContentBlockStart(_, block):
                self._open, self._pieces = dict(block), []
            case ContentBlockStop():
                self._blocks.append(block_of(self._closed()))
            case MessageDelta(stop_reason, stop_sequence, usage, extra, fields):
                merged = merged_usage(self.message.usage, usage)
                end = {"stop_reason": stop_reason, "stop_sequence": stop_sequence, "usage": merged}
                self._end = {**end, **extra, **fields}
            case _:
                self._add_delta(event)

    def _add_delta(self, event: Event) -> None:
        match event:
            case TextDelta(_, piece) | ThinkingDelta(_, piece) | InputJsonDelta(_, piece):
                self._pieces.append(piece)
            case SignatureDelta(_, signature):
                self._open["signature"] = signature
            case CitationsDelta(_, citation):
                self._open["citations"] = [*(self._open.get("citations") or ()), citation]
            case _:
                pass

    def _closed(self) -> dict[str, Any]:
        text = "".join(self._pieces)
        match self._open.get("type"):
            case "text" | "thinking" as member:
                return {**self._open, member: str(self._open.get(member) or "") + text}
            case "tool_use" | "server_tool_use" if text:
                return {**self._open, "input": orjson.loads(text)}
            case _:
                return self._open


def merged_usage(start: Usage, end: Usage) -> Usage:
    """The usage of message_delta over that of message_start: a figure of 0 says nothing."""
    said = end.figures()
    for name, figure in start.figures().items():
        if figure and not said.get(name):
            return start.with_(**{name: figure for name, figure in said.items() if figure})
    return end


async def accumulate(events: AsyncIterable[Event]) -> Message:
    """The answer that these events stream: the non-streamed form is this and nothing else."""
    answer = Accumulator()
    async for event in events:
        answer.add(event)
    return answer.message


def events_of(message: Message) -> Iterator[Event]:
    """The events that stream a message; the inverse of `accumulate`."""
    yield MessageStart(Message(id=message.id, model=message.model, usage=message.usage))
    for index, block in enumerate(message.content):
        start, deltas = _block_events(index, block)
        yield ContentBlockStart(index, start)
        yield from deltas
        yield ContentBlockStop(index)
    extra = dict(message.model_extra or {})
    yield MessageDelta(message.stop_reason, message.stop_sequence, message.usage, extra)
    yield MessageStop()


def _block_events(index: int, block: BlockValue) -> tuple[Mapping[str, Any], list[ContentBlockDelta]]:
    wire = block.to_wire()
    match block.type:
        case "text":
            cited = [CitationsDelta(index, citation) for citation in wire.get("citations") or ()]
            start = {**wire, "text": "", **({"citations": []} if cited else {})}
            return start, [*_piece(TextDelta, index, wire["text"]), *cited]
        case "thinking":
            signature = wire.get("signature")
            signed = [SignatureDelta(index, signature)] if signature else []
            return {**wire, "thinking": "", "signature": ""}, [*_piece(ThinkingDelta, index, wire["thinking"]), *signed]
        case "tool_use" | "server_tool_use":
            text = orjson.dumps(wire.get("input")).decode()
            return {**wire, "input": {}}, [InputJsonDelta(index, text)]
        case _:
            return wire, []


def _piece(kind: type[TextDelta] | type[ThinkingDelta], index: int, text: str) -> list[ContentBlockDelta]:
    return [kind(index, text)] if text else []
