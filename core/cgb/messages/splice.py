"""The streams of several attempts as one answer."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from .accumulate import merged_usage
from .events import (
    CitationsDelta,
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
    UnknownDelta,
)
from .usage import Usage
from .writer import renumbered

_DELTAS = frozenset({TextDelta, ThinkingDelta, SignatureDelta, InputJsonDelta, CitationsDelta, UnknownDelta})
_COMMITTING = frozenset({CitationsDelta, MessageStop})
_TAKEN_BACK = frozenset({"thinking", "redacted_thinking", "text"})
"""Blocks that may have begun in an attempt that is given up, as long as no words are in them."""

_NOTHING = Usage()


class Splice:
    """Joins attempts: one message_start, blocks numbered on, the usage of all of them at the end.

    A message_delta waits for its message_stop, so that an attempt cut between the two can still be given up.
    Feed it each event of an attempt with `read`; call `again` when that attempt is given up for another.
    Each attempt's own events are in the grammar, as far as they go. The events of a single attempt come
    through as the very objects they were.
    """

    def __init__(self) -> None:
        self._started = False
        self._is_committed = False
        self._next = 0
        self._open: int | None = None
        self._joins = False
        self._spent: Usage | None = None
        self._attempt = _NOTHING
        self._end: MessageDelta | None = None

    @property
    def has_end(self) -> bool:
        """Whether the current attempt has said why it ended, and only its message_stop is missing."""
        return self._end is not None

    @property
    def is_committed(self) -> bool:
        """Whether something was read that cannot be taken back: words, a call or the end; thoughts can."""
        return self._is_committed

    def read(self, event: Event) -> Iterable[Event]:
        """The events that this event of the current attempt comes to."""
        if not self._is_committed:
            self._is_committed = _commits(event)
        if type(event) in _DELTAS:
            if self._open is None or event.index == self._open:  # type: ignore[union-attr]  # a delta
                return (event,)
            return (renumbered(event, self._open),)  # type: ignore[arg-type]
        return self._read(event)

    def _read(self, event: Event) -> Iterable[Event]:
        if isinstance(event, ContentBlockStart):
            return self._begin(event)
        if isinstance(event, ContentBlockStop):
            return self._close(event)
        if isinstance(event, MessageStart):
            self._attempt = event.message.usage
            first, self._started = not self._started, True
            return (event,) if first else ()
        if isinstance(event, MessageDelta):
            self._attempt = merged_usage(self._attempt, event.usage)
            spent = self._attempt if self._spent is None else self._spent + self._attempt
            self._end = event if spent is event.usage else replace(event, usage=spent)
            return self._close_joining()
        if isinstance(event, MessageStop) and self._end is not None:
            return (self._end, event)
        return (event,)

    def again(self, *, joining: bool = False) -> Iterator[Event]:
        """Give the current attempt up: close what it left open and count what it cost.

        Args:
            joining: leave the text that is open as it is; the next attempt goes on in it, if it begins with text.
        """
        self._joins = joining and self._open is not None
        if not self._joins:
            yield from self._close()
        self._spent = self._attempt if self._spent is None else self._spent + self._attempt
        self._attempt = _NOTHING
        self._end = None

    def _begin(self, event: ContentBlockStart) -> Iterable[Event]:
        if self._joins and event.content_block.get("type") == "text":
            self._joins = False
            return ()
        closed = self._close_joining()
        self._open = self._next
        self._next += 1
        return (*closed, event if event.index == self._open else replace(event, index=self._open))

    def _close(self, event: ContentBlockStop | None = None) -> Iterable[Event]:
        if self._open is None:
            return ()
        closed = event if event and event.index == self._open else ContentBlockStop(self._open)
        self._open = None
        return (closed,)

    def _close_joining(self) -> Iterable[Event]:
        """Close the text that was left open, where the attempt has no words for it."""
        if not self._joins:
            return ()
        self._joins = False
        return self._close()


def _commits(event: Event) -> bool:
    if isinstance(event, TextDelta):
        return bool(event.text)
    if isinstance(event, ContentBlockStart):
        return event.content_block.get("type") not in _TAKEN_BACK
    return type(event) in _COMMITTING
