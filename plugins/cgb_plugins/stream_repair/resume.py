"""Going on with a text that broke off: how to ask for the rest, and how to join it."""

from collections.abc import Iterator

from cgb import (
    ApiError,
    ContentBlockStart,
    ContentBlockStop,
    Event,
    MessageParam,
    MessagesRequest,
    TextBlock,
    TextDelta,
    UnusableAnswer,
)

from .changes import correction
from .overlap import begins_anew, is_open, overlap

_THOUGHTS = frozenset({"thinking", "redacted_thinking"})
_CHARACTERS_PER_TOKEN = 4
_GO_ON = (
    "Your answer above broke off on its way to me. Go on exactly where it stops: begin with the very next character, "
    "also if that is a space or in the middle of a word. Repeat nothing, and do not mention the interruption."
)


def asking_for_rest(request: MessagesRequest, shown: str, error: ApiError) -> MessagesRequest:
    """The request with the words that were shown as the model's own, and the wish that it go on."""
    note = " ".join(filter(None, (_GO_ON, correction(request, error))))
    messages = (
        *request.messages,
        MessageParam(role="assistant", content=(TextBlock(text=shown),)),
        MessageParam(role="user", content=(TextBlock(text=note),)),
    )
    left = request.max_tokens and max(request.max_tokens - len(shown) // _CHARACTERS_PER_TOKEN, 1)
    return request.with_(messages=messages, max_tokens=left)


class Rest:
    """Reads the attempt that goes on after what was shown, as events that go on in the same text.

    New thoughts before its first words are dropped, as they would end the block; the first words are held back
    until it is sure how many of them were said before.
    """

    def __init__(self, shown: str) -> None:
        self._shown = shown
        self._held: str | None = ""
        self._dropping = False

    def read(self, event: Event) -> Iterator[Event]:
        """What is left of an event of that attempt.

        Raises:
            UnusableAnswer: the model began anew, and then said it differently.
        """
        if self._held is None:
            yield event
        elif self._is_thought(event):
            return
        elif isinstance(event, TextDelta):
            self._held += event.text
            if self._held and not is_open(self._shown, self._held):
                yield from self._decided(event.index)
        elif isinstance(event, ContentBlockStop):
            yield from self._decided(event.index)
            yield event
        else:
            if isinstance(event, ContentBlockStart) and event.content_block.get("type") != "text":
                self._held = None
            yield event

    def _is_thought(self, event: Event) -> bool:
        if isinstance(event, ContentBlockStart):
            self._dropping = event.content_block.get("type") in _THOUGHTS
        dropped = self._dropping
        if isinstance(event, ContentBlockStop):
            self._dropping = False
        return dropped

    def _decided(self, index: int) -> Iterator[Event]:
        said, self._held = self._held or "", None
        repeated = overlap(self._shown, said)
        if not repeated and begins_anew(self._shown, said):
            raise UnusableAnswer("the model began its answer anew instead of going on with it.", kind="cut")
        if said[repeated:]:
            yield TextDelta(index, said[repeated:])
