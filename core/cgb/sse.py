"""Events to text/event-stream and back."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from typing import Any

from .errors import ApiError, UnusableAnswer
from .lenient_json import dumps, loads
from .messages import (
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
    event_of,
    event_to_wire,
)

__all__ = ["PING", "Frames", "decode", "encode", "frame"]

PING = b'event: ping\ndata: {"type":"ping"}\n\n'
"""What keeps a silent stream alive."""

_BOM = b"\xef\xbb\xbf"
_TEXT_DELTA = (
    b"event: content_block_delta\n"
    b'data: {"type":"content_block_delta","index":%d,"delta":{"type":"text_delta","text":%b}}\n\n'
)


def encode(event: Event) -> bytes:
    """An event as it goes over the wire. Claude Code needs the `event:` line as well as the type inside."""
    if type(event) is TextDelta:
        return _TEXT_DELTA % (event.index, dumps(event.text))
    return frame(event_to_wire(event))


def frame(data: dict[str, Any]) -> bytes:
    """One frame of an event stream."""
    return b"event: %b\ndata: %b\n\n" % (str(data["type"]).encode(), dumps(data))


class Frames:
    """Cuts bytes, in whatever pieces they come, into the `data` of whole frames.

    A line that looks like no part of a frame, but holds JSON, counts as data: to leave it out would lose it in silence.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self._data: list[bytes] = []
        self._is_after_cr = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The data of each frame that these bytes complete."""
        if not data:
            return
        self._is_after_cr, was_after_cr = data.endswith(b"\r"), self._is_after_cr
        if was_after_cr:
            data = data.removeprefix(b"\n")
        *ends, rest = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for end in ends:
            self._line += end
            if self._line:
                self._read(bytes(self._line))
            elif self._data:
                yield self._taken()
            self._line.clear()
        self._line += rest

    def end(self) -> Iterator[bytes]:
        """The data of a last frame that no blank line ended."""
        self._read(bytes(self._line))
        if self._data:
            yield self._taken()

    def _read(self, line: bytes) -> None:
        line = line.removeprefix(_BOM)
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif b"{" in line:
            self._data.append(line)

    def _taken(self) -> bytes:
        data = b"\n".join(self._data)
        self._data.clear()
        return data


async def decode(chunks: AsyncIterable[bytes]) -> AsyncGenerator[Event]:
    """The events of a Messages API stream.

    Raises:
        ApiError: an `error` event, with its type and message.
        UnusableAnswer: a frame that is not UTF-8, not JSON, or not what its `type` says.
    """
    frames = Frames()
    async for chunk in chunks:
        for data in frames.feed(chunk):
            for event in _events(data):
                yield event
    for data in frames.end():
        for event in _events(data):
            yield event


def _events(data: bytes) -> Iterator[Event]:
    """The event in a frame's data, unless it is a ping or empty."""
    if not data:
        return
    try:
        raw = loads(data)
        kind = raw["type"]
        event = event_of(raw)
        is_sound = _is_sound(event)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise _no_event() from error
    if kind == "error":
        raise _error(raw.get("error"))
    if not is_sound:
        raise _no_event()
    if kind != "ping":
        yield event


def _is_sound(event: Event) -> bool:
    """Whether the members that say where and what are of the right kind."""
    match event:
        case TextDelta(int(), str()) | ThinkingDelta(int(), str()) | SignatureDelta(int(), str()):
            return True
        case InputJsonDelta(int(), str()) | CitationsDelta(int(), dict()) | UnknownDelta(int(), dict()):
            return True
        case ContentBlockStart(int(), {"type": str()}) | ContentBlockStop(int()):
            return True
        case MessageDelta(str() | None, str() | None) | MessageStart() | MessageStop() | UnknownEvent():
            return True
        case _:
            return False


def _error(said: Any) -> ApiError:
    """What an `error` event says; one that says it in another way is an error too."""
    if isinstance(said, dict) and isinstance(said.get("message"), str):
        return ApiError(said["message"], type=str(said.get("type") or "api_error"))
    return ApiError(f"the answer ended in an error that does not explain itself: {said}")


def _no_event() -> UnusableAnswer:
    return UnusableAnswer("a frame of the answer was no event of the Messages API. Ask again.", kind="cut")
