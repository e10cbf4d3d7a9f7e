"""The streams of several attempts as one answer."""

from collections.abc import Iterator
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

_NUMBERED = (
    ContentBlockStart,
    ContentBlockStop,
    TextDelta,
    ThinkingDelta,
    SignatureDelta,
    InputJsonDelta,
    CitationsDelta,
    UnknownDelta,
)


class Splice:
    """Joins attempts: one message_start, blocks numbered on, the usage of all of them at the end.

    A message_delta waits for its message_stop, so that an attempt cut between the two can still be given up.
    Feed it each event of an attempt with `read`; call `again` when that attempt is given up for another.
    """

    def __init__(self) -> None:
        self._started = False
        self._offset = 0
        self._next = 0
        self._open: int | None = None
        self._spent = Usage()
        self._attempt = Usage()
        self._end: MessageDelta | None = None

    def read(self, event: Event) -> Iterator[Event]:
        """The events that this event of the current attempt comes to."""
        match event:
            case MessageStart(message):
                self._attempt = message.usage
                if not self._started:
                    self._started = True
                    yield event
            case MessageDelta(_, _, usage):
                self._attempt = merged_usage(self._attempt, usage)
                self._end = replace(event, usage=self._spent + self._attempt)
            case MessageStop():
                if self._end is not None:
                    yield self._end
                yield event
            case ContentBlockStart() | ContentBlockStop():
                yield self._block(event)
            case _ if self._offset and isinstance(event, _NUMBERED):
                yield replace(event, index=event.index + self._offset)
            case _:
                yield event

    def again(self) -> Iterator[Event]:
        """Give the current attempt up: close what it left open and count what it cost."""
        if self._open is not None:
            yield ContentBlockStop(self._open)
            self._open = None
            self._next += 1
        self._spent = self._spent + self._attempt
        self._attempt = Usage()
        self._end = None
        self._offset = self._next

    def _block(self, event: ContentBlockStart | ContentBlockStop) -> Event:
        moved = replace(event, index=event.index + self._offset)
        if isinstance(moved, ContentBlockStart):
            self._open = moved.index
        else:
            self._open = None
            self._next = moved.index + 1
        return moved
