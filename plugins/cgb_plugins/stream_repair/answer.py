"""What the client has seen of an answer, and how it may still end."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from cgb import CitationsDelta, ContentBlockStart, ContentBlockStop, Event, MessageStop, TextDelta, Usage
from cgb.messages import Splice, Writer

from .guard import PROPOSED

_THOUGHTS = frozenset({"thinking", "redacted_thinking"})
_TAKEN_BACK = _THOUGHTS | {"text"}
"""Blocks that may have begun in an answer that is given up: a client acts on every other kind."""


class Answer:
    """The attempts' events as one answer.

    Attributes:
        words: those that were shown, piece by piece.
        flowing: the number of the block of text that is open, while its words go on as they come: then more of them, as
            nearly all of an answer is, need not be read, but only be added to `words`. Else -1.
        calls: how many tool calls the client has whole.
        is_complete: whether the client has all of it.
    """

    def __init__(self, model: str) -> None:
        self.words: list[str] = []
        self.flowing = -1
        self.calls = 0
        self.is_complete = False
        self._model = model
        self._splice = Splice()
        self._open = ""
        self._has_other = False
        self._proposed: list[Event] = []
        self._proposing = False

    def read(self, event: Event) -> Iterable[Event]:
        """What the client gets for an event of the current attempt; calls that are only proposed are held."""
        kind = type(event)
        if isinstance(event, TextDelta):
            self.words.append(event.text)
            shown = self._splice.read(event)
            self.flowing = event.index if event.text and event in shown else -1
            return shown
        self.flowing = -1
        if self._proposing or kind is ContentBlockStart:
            if self._begin(event):
                return ()
        elif kind is ContentBlockStop:
            self.calls += self._open == "tool_use"
            self._open = ""
        elif kind is CitationsDelta:
            self._has_other = True
        elif kind is MessageStop:
            self.is_complete = True
        return self._splice.read(event)

    def again(self) -> Iterator[Event]:
        """Give the attempt up for another; a text that is open is left open where it may be resumed."""
        self._proposed, self._proposing, self.flowing = [], False, -1
        joining = self.is_committed and self._open == "text"
        if not joining:
            self._open = ""
        return self._splice.again(joining=joining)

    @property
    def is_committed(self) -> bool:
        """Whether the client has seen something that cannot be taken back; thoughts can."""
        return self._splice.is_committed

    @property
    def text(self) -> str:
        """The words that were shown."""
        return "".join(self.words)

    @property
    def can_resume(self) -> bool:
        """Whether it is words that broke off, and words alone."""
        return not self._has_other and not self._splice.has_end and bool(self.text.strip())

    @property
    def has_end(self) -> bool:
        """Whether all of it came but the very last event."""
        return self._splice.has_end and self.is_committed

    @property
    def has_proposal(self) -> bool:
        """Whether a call was spoilt that can be made all the same, and nothing stands in its way."""
        return bool(self._proposed) and not self._is_inside_call

    @property
    def has_calls(self) -> bool:
        """Whether the client has a whole call and no half one."""
        return bool(self.calls) and not self._is_inside_call

    def finish(self, reason: str, said: str = "", **extra: Any) -> Iterator[Event]:
        """End it, after what was proposed or is still to be said; the usage is that of all attempts."""
        proposed = self._proposed if reason == "tool_use" else ()
        return self._whole(proposed, reason, said, extra)

    def end(self) -> Iterable[Event]:
        """Bring the last event, where only that was missing."""
        return self._splice.read(MessageStop())

    @property
    def _is_inside_call(self) -> bool:
        return bool(self._open) and self._open not in _TAKEN_BACK

    def _begin(self, event: Event) -> bool:
        """Take the beginning of a block, or an event of a proposed one; whether it is held."""
        if isinstance(event, ContentBlockStart):
            self._proposing = str(event.content_block.get("id", "")).startswith(PROPOSED)
        if self._proposing:
            self._proposed.append(event)
        elif isinstance(event, ContentBlockStart):
            self._open = str(event.content_block.get("type"))
            self._has_other = self._has_other or self._open not in _TAKEN_BACK
        return self._proposing

    def _whole(self, proposed: Iterable[Event], reason: str, said: str, extra: dict[str, Any]) -> Iterator[Event]:
        writer = Writer(self._model)
        yield from self._splice.again()
        words = writer.text(said) if said else ()
        for event in chain(writer.start(), proposed, words, writer.finish(reason, Usage(), **extra)):
            yield from self._splice.read(event)
