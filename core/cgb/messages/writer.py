"""The only code that opens, closes and numbers blocks: what a model says, as events."""

from collections.abc import Mapping
from os import urandom
from typing import Any

import orjson

from .events import (
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


def new_id(prefix: str) -> str:
    """An id that no other message or call has: Claude Code erases whatever repeats one."""
    return f"{prefix}_{urandom(12).hex()}"


class Writer:
    """Turns what a model says into events that are well formed by construction.

    Say things in the order the model says them; each method gives the events due then.
    It keeps the client's rules: blocks start empty, a signature is one delta at its block's end,
    arguments come as JSON text, the answer bears the model name the client asked for.
    """

    def __init__(self, model: str, usage: Usage | None = None) -> None:
        self._message = Message(id=new_id("msg"), model=model, usage=usage or Usage())
        self._index = -1
        self.open_block = ""
        """The type of the block that is open; "" for none."""
        self._signature = ""

    def start(self) -> list[Event]:
        """Begin the answer."""
        return [MessageStart(self._message)]

    def text(self, text: str, **fields: Any) -> list[Event]:
        """Say words; `fields` are further members of the block, and begin a new one."""
        if self.open_block == "text" and not fields:
            return [TextDelta(self._index, text)] if text else []
        started = self._start("text", {"type": "text", "text": "", **fields})
        return [*started, TextDelta(self._index, text)] if text else started

    def thinking(self, thinking: str) -> list[Event]:
        """Think aloud."""
        events: list[Event] = []
        if self.open_block != "thinking" or self._signature:
            events = self._start("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        if thinking:
            events.append(ThinkingDelta(self._index, thinking))
        return events

    def signature(self, signature: str) -> list[Event]:
        """Sign the thinking that is open, or an empty one: whole, since a second signature would replace it."""
        events = self.thinking("")
        self._signature = signature
        return events

    def tool(self, tool_id: str, name: str, arguments: Any, **fields: Any) -> list[Event]:
        """Call a tool; `arguments` is JSON, `fields` are further members of the block."""
        text = orjson.dumps({} if arguments is None else arguments).decode()
        block = {"type": "tool_use", "id": tool_id, "name": name, "input": {}, **fields}
        return self.block(block, (InputJsonDelta(self._index + 1, text),))

    def block(self, start: Mapping[str, Any], deltas: tuple[ContentBlockDelta, ...] = ()) -> list[Event]:
        """Say a whole block of any kind; each delta is given the block's number."""
        started = self._start(str(start.get("type")), start)
        return [*started, *(renumbered(delta, self._index) for delta in deltas), *self.close()]

    def close(self) -> list[Event]:
        """Close the block that is open, if one is."""
        if not self.open_block:
            return []
        signed: list[Event] = [SignatureDelta(self._index, self._signature)] if self._signature else []
        self.open_block = self._signature = ""
        return [*signed, ContentBlockStop(self._index)]

    def finish(self, stop_reason: str, usage: Usage, *, stop_sequence: str | None = None, **extra: Any) -> list[Event]:
        """End the answer."""
        return [*self.close(), MessageDelta(stop_reason, stop_sequence, usage, extra), MessageStop()]

    def _start(self, kind: str, block: Mapping[str, Any]) -> list[Event]:
        closed = self.close()
        self._index += 1
        self.open_block = kind
        return [*closed, ContentBlockStart(self._index, block)]


def renumbered(delta: ContentBlockDelta, index: int) -> ContentBlockDelta:
    """The same delta for the block of that number."""
    if delta.index == index:
        return delta
    kind = type(delta)
    return kind(index, getattr(delta, kind.__slots__[1]))
