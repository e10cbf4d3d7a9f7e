"""Events to text/event-stream and back."""

from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from typing import Any

import orjson

from .errors import ApiError
from .lenient_json import dumps
from .messages import Event, TextDelta, event_of, event_to_wire

PING = b'event: ping\ndata: {"type":"ping"}\n\n'
"""What keeps a silent stream alive."""

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
    """Cuts bytes, in whatever pieces they come, into the `data` of whole frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The data of each frame that these bytes complete."""
        text = (self._rest + data).replace(b"\r\n", b"\n")
        *frames, self._rest = text.split(b"\n\n")
        for one in frames:
            lines = [line[5:].removeprefix(b" ") for line in one.split(b"\n") if line.startswith(b"data:")]
            if lines:
                yield b"\n".join(lines)


async def decode(chunks: AsyncIterable[bytes]) -> AsyncGenerator[Event]:
    """The events of a Messages API stream.

    Raises:
        ApiError: an `error` event, with its type and message.
    """
    frames = Frames()
    async for chunk in chunks:
        for data in frames.feed(chunk):
            raw = orjson.loads(data)
            if raw["type"] == "error":
                raise ApiError(raw["error"]["message"], type=raw["error"]["type"])
            if raw["type"] != "ping":
                yield event_of(raw)
