"""What Gemini sends, byte for byte: server-sent events, JSON arrays, bare errors, as frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import orjson

from cgb import ApiError

from .errors import error_in_stream
from .halves import Halves, loads
from .lines import Lines
from .values import Values, no_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cgb.upstream import Chunks

_DATA = b"data: "
_VALUE = len(_DATA)
_BLANK = len("\n\r\n")
_OF_A_FRAME = {"candidates", "error"}
"""The members by which a frame is known that follows one that was broken off."""


class Frames:
    """The frames of an event stream, or of the array that comes in its place: those together that came together.

    An iterator written out, as a generator for each of its steps would take longer than the steps.

    Raises:
        ApiError: an error object, framed or bare, in a stream that began with 200.
        UnusableAnswer: something that is not UTF-8, not JSON or not whole.
    """

    def __init__(self, body: Chunks, model: str) -> None:
        self._body = body
        self._lines = Lines()
        self._reader = _Reader(model)
        self._first: list[dict[str, Any]] | None = None
        self._error: ApiError | None = None
        self._is_over = False

    async def begun(self) -> None:
        """Wait for the first of them, which is kept.

        Raises:
            ApiError, UnusableAnswer: none came before that.
        """
        self._first = await anext(self, None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[dict[str, Any]]:
        if self._first is not None:
            found, self._first = self._first, None
            return found
        while not self._is_over:
            if (news := self._body.news()) is not None:
                await news
            chunk = self._body.take()
            if chunk is not None and (found := self._found(chunk)):
                return found
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration

    def _found(self, chunk: bytes) -> list[dict[str, Any]]:
        """The frames that these bytes complete, or their end; what is wrong behind them is told after them."""
        is_event = chunk.startswith(_DATA) and chunk.find(b"\n") >= len(chunk) - _BLANK
        if is_event and self._reader.is_plain and not self._lines.is_begun:  # as nearly all that a model writes
            try:
                value = orjson.loads(chunk[_VALUE:])
            except orjson.JSONDecodeError:
                value = None
            if type(value) is dict and "error" not in value:
                return [value]
        found: list[dict[str, Any]] = []
        try:
            for text in self._lines.feed(chunk):
                found += self._reader.read(text)
            if not chunk:
                self._is_over = True
                found += self._reader.end(self._lines.end())
        except ApiError as error:
            self._is_over, self._error = True, error
        return found


def whole(body: bytes, model: str) -> dict[str, Any]:
    """The one frame of an answer that is not streamed.

    Raises:
        ApiError: an error object, although the status was 200.
        UnusableAnswer: it is not UTF-8, not JSON or not one frame.
    """
    first, *more = [*_Reader(model).value(body)] or [{}]
    if more:
        raise no_json()
    return first


class _Reader:
    """Reads frames out of JSON text: values one after the other, in whatever pieces."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._values = Values()
        self._halves = Halves()
        self.is_plain = True
        """Whether nothing has begun, and nothing waits, so that a text is a value of its own."""

    def read(self, text: bytes) -> Iterable[dict[str, Any]]:
        """The frames that this text completes: as a rule it is just one."""
        if not (self.is_plain or self._values.is_between):
            return self._more(text)
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return () if text.strip() in {b"", b"[DONE]"} else self._pieces(text)
        if self.is_plain and type(value) is dict and "error" not in value:
            return (value,)
        return self._frames(value)

    def end(self, text: bytes) -> Iterator[dict[str, Any]]:
        """The frames of the last text."""
        if text:
            yield from self.read(text)
        self._values.end()

    def value(self, data: bytes) -> Iterator[dict[str, Any]]:
        """The frames in the text of one value."""
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError:
            return self._frames(loads(data), is_odd=True)
        return self._frames(value)

    def _more(self, text: bytes) -> Iterator[dict[str, Any]]:
        """The frames where one had begun. A whole one inside it shows that its end is lost."""
        if self._values.is_open and text.lstrip().startswith(b"{"):
            try:
                value = orjson.loads(text)
            except orjson.JSONDecodeError:
                value = {}
            if value.keys() & _OF_A_FRAME:
                for _ in self._frames(value):  # an error says more than what we make of it
                    raise no_json()
        yield from self._pieces(text)

    def _pieces(self, text: bytes) -> Iterator[dict[str, Any]]:
        for data in self._values.feed(text):
            yield from self.value(data)
        self.is_plain = self._values.is_between and not self._halves.is_waiting

    def _frames(self, value: Any, *, is_odd: bool = False) -> Iterator[dict[str, Any]]:
        """The frames of a JSON value: itself, or an array's members."""
        for member in value if isinstance(value, list) else (value,):
            if not isinstance(member, dict):
                raise no_json()
            frame = self._halves.read(member) if is_odd or self._halves.is_waiting else member
            error = frame.get("error")
            if error is not None:
                raise error_in_stream(error if isinstance(error, dict) else {"message": str(error)}, self._model)
            yield frame
