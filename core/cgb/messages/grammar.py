"""Which event may follow which."""

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
    UnknownEvent,
)

_DELTAS_OF = {
    "text": (TextDelta, CitationsDelta, UnknownDelta),
    "thinking": (ThinkingDelta, SignatureDelta, UnknownDelta),
    "tool_use": (InputJsonDelta, UnknownDelta),
    "server_tool_use": (InputJsonDelta, UnknownDelta),
}


class GrammarError(ValueError):
    """An answer's events are not in an order that a client accepts."""


class Grammar:
    """Reads an answer event by event and says where it leaves the grammar.

    message_start, then blocks one after the other and numbered from 0, each with deltas of its own kind,
    then message_delta with a stop_reason that fits, then message_stop.

    Attributes:
        index: the number of the block that is open, or else of the next.
        repeats: the kind of delta that was read last, while its block is open: another for that block, as nearly all of
            an answer is, need not be read.
    """

    def __init__(self) -> None:
        self.started = False
        self.complete = False
        self._open: str | None = None
        self._expected: tuple[type, ...] = ()
        self.index = 0
        self.repeats: type | None = None
        self._ids: set[str] = set()
        self._stopping = False

    @property
    def open_block(self) -> str | None:
        """The type of the block that is open."""
        return self._open

    def read(self, event: Event) -> None:
        """Take one event.

        Raises:
            GrammarError: it may not stand here.
        """
        if type(event) in self._expected and event.index == self.index:  # type: ignore[union-attr]  # they are deltas
            self.repeats = type(event)
            return
        if isinstance(event, UnknownEvent):
            return
        if self.complete:
            raise GrammarError(f"{_name(event)} after message_stop")
        if isinstance(event, MessageStart):
            self._message_start()
        elif not self.started:
            raise GrammarError(f"{_name(event)} before message_start")
        elif isinstance(event, ContentBlockStart):
            self._block_start(event.index, str(event.content_block.get("type")), event.content_block.get("id"))
        elif isinstance(event, ContentBlockStop):
            self._expect_open(event.index, event)
            self._open, self._expected, self.repeats = None, (), None
            self.index += 1
        elif isinstance(event, MessageDelta):
            self._message_delta()
        elif isinstance(event, MessageStop):
            self._message_stop()
        else:
            self._delta(event)

    def end(self) -> None:
        """The events are over.

        Raises:
            GrammarError: the answer is not complete.
        """
        if not self.complete:
            raise GrammarError("the answer ended without message_stop")

    def _message_start(self) -> None:
        if self.started:
            raise GrammarError("a second message_start")
        self.started = True

    def _block_start(self, index: int, kind: str, block_id: object) -> None:
        if self._open is not None or self._stopping:
            raise GrammarError(f"block {index} starts inside another block or after message_delta")
        if index != self.index:
            raise GrammarError(f"block {index} starts where {self.index} was due")
        if kind == "tool_use" and (not block_id or block_id in self._ids):
            raise GrammarError(f"tool_use id {block_id!r} is empty or used twice")
        self._ids.add(str(block_id))
        self._open, self._expected = kind, _DELTAS_OF.get(kind, ())

    def _delta(self, event: Event) -> None:
        self._expect_open(getattr(event, "index", -1), event)
        if self._expected:
            raise GrammarError(f"{_name(event)} in a {self._open} block")

    def _expect_open(self, index: int, event: Event) -> None:
        if self._open is None or index != self.index:
            raise GrammarError(f"{_name(event)} for block {index}, which is not open")

    def _message_delta(self) -> None:
        if self._open is not None:
            raise GrammarError("message_delta inside a block")
        self._stopping = True

    def _message_stop(self) -> None:
        if not self._stopping:
            raise GrammarError("message_stop without message_delta")
        self.complete = True


def _name(event: Event) -> str:
    return type(event).__name__
