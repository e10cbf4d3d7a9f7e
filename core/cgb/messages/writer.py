"""The only code that opens, closes and numbers blocks: what a model says, as events."""

from collections.abc import Iterator, Mapping
from secrets import token_hex
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
    return f"{prefix}_{token_hex(12)}"


class Writer:
    """Turns what a model says into events that are well formed by construction.

    Say things in the order the model says them; each method yields the events due then.
    It keeps the client's rules: blocks start empty, a signature is one delta at its block's end,
    arguments come as JSON text, the answer bears the model name the client asked for.
    """

    def __init__(self, model: str, usage: Usage | None = None) -> None:
        self._message = Message(id=new_id("msg"), model=model, usage=usage or Usage())
        self._index = -1
        self._open = ""
        self._signature = ""

    @property
    def open_block(self) -> str:
        """The type of the block that is open; "" for none."""
        return self._open

    def start(self) -> Iterator[Event]:
        """Begin the answer."""
        yield MessageStart(self._message)

    def text(self, text: str, **fields: Any) -> Iterator[Event]:
        """Say words; `fields` are further members of the block, and begin a new one."""
        if self._open != "text" or fields:
            yield from self._start("text", {"type": "text", "text": "", **fields})
        if text:
            yield TextDelta(self._index, text)

    def thinking(self, thinking: str) -> Iterator[Event]:
        """Think aloud."""
        if self._open != "thinking" or self._signature:
            yield from self._start("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        if thinking:
            yield ThinkingDelta(self._index, thinking)

    def signature(self, signature: str) -> Iterator[Event]:
        """Sign the thinking that is open, or an empty one: whole, since a second signature would replace it."""
        yield from self.thinking("")
        self._signature = signature

    def tool(self, tool_id: str, name: str, arguments: Any, **fields: Any) -> Iterator[Event]:
        """Call a tool; `arguments` is JSON, `fields` are further members of the block."""
        text = orjson.dumps({} if arguments is None else arguments).decode()
        block = {"type": "tool_use", "id": tool_id, "name": name, "input": {}, **fields}
        yield from self.block(block, (InputJsonDelta(self._index + 1, text),))

    def block(self, start: Mapping[str, Any], deltas: tuple[ContentBlockDelta, ...] = ()) -> Iterator[Event]:
        """Say a whole block of any kind; each delta is given the block's number."""
        yield from self._start(str(start.get("type")), start)
        for delta in deltas:
            yield renumbered(delta, self._index)
        yield from self.close()

    def close(self) -> Iterator[Event]:
        """Close the block that is open, if one is."""
        if not self._open:
            return
        if self._signature:
            yield SignatureDelta(self._index, self._signature)
        self._open = self._signature = ""
        yield ContentBlockStop(self._index)

    def finish(
        self, stop_reason: str, usage: Usage, *, stop_sequence: str | None = None, **extra: Any
    ) -> Iterator[Event]:
        """End the answer."""
        yield from self.close()
        yield MessageDelta(stop_reason, stop_sequence, usage, extra)
        yield MessageStop()

    def _start(self, kind: str, block: Mapping[str, Any]) -> Iterator[Event]:
        yield from self.close()
        self._index += 1
        self._open = kind
        yield ContentBlockStart(self._index, block)


def renumbered(delta: ContentBlockDelta, index: int) -> ContentBlockDelta:
    """The same delta for the block of that number."""
    if delta.index == index:
        return delta
    kind = type(delta)
    return kind(index, getattr(delta, kind.__slots__[1]))
