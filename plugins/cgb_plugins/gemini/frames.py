"""What Gemini sends, byte for byte: server-sent events, JSON arrays, bare errors, as frames."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from cgb import UnusableAnswer

from .errors import error_in_stream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Iterator

_BOM = b"\xef\xbb\xbf"
_NO_DATA = (b":", b"event:", b"id:", b"retry:")
"""How the lines of an event stream begin that say nothing here."""


async def frames_of(chunks: AsyncIterable[bytes], model: str) -> AsyncGenerator[dict[str, Any]]:
    """The frames of an event stream, or of the array that comes in its place.

    Lines end at CR and LF only, since JSON may hold every other separator raw.

    Raises:
        ApiError: an error object, framed or bare, in a stream that began with 200.
        UnusableAnswer: something that is no JSON.
    """
    lines = _Lines()
    rest = b""
    async for chunk in chunks:
        *complete, rest = (rest + chunk.replace(b"\r", b"\n")).split(b"\n")
        for line in complete:
            for frame in _frames(lines.read(line), model):
                yield frame
    for last in (rest, b""):
        for frame in _frames(lines.read(last), model):
            yield frame
    if lines.stray:
        for frame in _frames(_parsed(b"\n".join(lines.stray)), model):
            yield frame


class _Lines:
    """Reads an event stream line by line; `stray` collects what belongs to none."""

    def __init__(self) -> None:
        self.stray: list[bytes] = []
        self._data = b""

    def read(self, line: bytes) -> Any:
        """The JSON value that this line completes, or an empty list."""
        if not line.startswith(b"data:"):
            line = line.removeprefix(_BOM)
        if line.startswith(b"data:"):
            return self._more(line[5:])
        if line.strip():
            if not line.startswith(_NO_DATA):
                self.stray.append(line)
        elif self._data:
            _parsed(self._data)
        return []

    def _more(self, data: bytes) -> Any:
        """One event may have several lines of data; no JSON object is whole before its last."""
        self._data += data + b"\n"
        if self._data.strip() == b"[DONE]":
            self._data = b""
            return []
        try:
            value = _parsed(self._data)
        except UnusableAnswer:
            return []
        self._data = b""
        return value


def whole(body: bytes, model: str) -> dict[str, Any]:
    """The one frame of an answer that is not streamed."""
    return next(_frames(_parsed(body), model), {})


def _frames(value: Any, model: str) -> Iterator[dict[str, Any]]:
    """The frames of a JSON value: itself, or an array's members."""
    for frame in value if isinstance(value, list) else (value,):
        if not isinstance(frame, dict):
            raise _no_json()
        error = frame.get("error")
        if error is not None:
            raise error_in_stream(error if isinstance(error, dict) else {"message": str(error)}, model)
        yield frame


def _parsed(data: bytes) -> Any:
    """What a JSON text says; broken UTF-8 and halves of surrogate pairs become U+FFFD.

    Raises:
        UnusableAnswer: it is no JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        pass
    try:
        read = json.loads(data.decode("utf-8", "replace"), object_pairs_hook=_named)
        text = json.dumps(read, ensure_ascii=False)
        return orjson.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except (ValueError, RecursionError) as error:
        raise _no_json() from error


def _named(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object with whole names: under a broken one, what it names would be lost in silence, as a call's `args`."""
    if any("\ufffd" in name for name, _ in members):
        raise ValueError("a broken name")
    return dict(members)


def _no_json() -> UnusableAnswer:
    return UnusableAnswer("a line of Gemini's answer was not JSON. Ask again.", kind="cut")
