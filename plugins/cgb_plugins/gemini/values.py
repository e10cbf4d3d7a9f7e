"""JSON text, in whatever pieces it comes, cut into its values."""

import re
from collections.abc import Iterator

from cgb import UnusableAnswer

_MARK = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+(["{}\[\]]?)', re.DOTALL)
"""The next bracket, or the beginning of a string that does not end in this piece, or nothing at its end."""
_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
"""A string's inside, but for a backslash whose character is in the next piece."""
_BETWEEN = {b"{": b"", b"[": b"[", b"[{": b"0", b"[]": b"", b"0,": b",", b"0]": b"", b",{": b"0"}
"""What may come after what, with a 0 for each value: nothing between values, an array's marks between its members."""


class Values:
    """Finds where the objects of a JSON text end, each byte looked at once; to parse them is left to others.

    An array's members come one by one, as they are complete (agentjido/req_llm#719).
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._before = b""
        self._depth = 0
        self._in_string = False
        self._is_escaped = False

    @property
    def is_open(self) -> bool:
        """Whether an object has begun that has not ended."""
        return self._depth > 0

    @property
    def is_between(self) -> bool:
        """Whether nothing has begun that has not ended."""
        return not self._depth and not self._before

    def feed(self, text: bytes) -> Iterator[bytes]:
        """The objects that this text completes.

        Raises:
            UnusableAnswer: something that is neither an object nor an array of them.
        """
        begin = end = 0
        while end < len(text):
            if not self._depth:
                begin = end = self._begin(text, end)
            end = self._end(text, end)
            if self._depth:
                self._pieces.append(text[begin:])
            elif begin < end:
                yield b"".join([*self._pieces, text[begin:end]])
                self._pieces.clear()

    def end(self) -> None:
        """Nothing more comes.

        Raises:
            UnusableAnswer: an object or array has not ended.
        """
        if not self.is_between:
            raise no_json()

    def _begin(self, text: bytes, start: int) -> int:
        """Where the next object begins, or the text ends."""
        for place in range(start, len(text)):
            byte = text[place : place + 1]
            if byte not in b" \t\r\n":
                try:
                    self._before = _BETWEEN[self._before + byte]
                except KeyError:
                    raise no_json() from None
                if byte == b"{":
                    return place
        return len(text)

    def _end(self, text: bytes, place: int) -> int:
        """Past the end of the object, or of the text."""
        if self._in_string:
            place = self._skip(text, place)
        for mark in _MARK.finditer(text, place):
            match mark[1]:
                case b"{" | b"[":
                    self._depth += 1
                case b'"':
                    return self._skip(text, mark.end())
                case b"}" | b"]":
                    self._depth -= 1
                    if not self._depth:
                        return mark.end()
        return len(text)

    def _skip(self, text: bytes, place: int) -> int:
        """Past the end of the string, or of the text."""
        found = _STRING.match(text, place + self._is_escaped)
        end = found.end() if found else len(text)
        self._is_escaped = text[end:] == b"\\"
        self._in_string = text[end : end + 1] != b'"'
        return min(end + 1, len(text))


def no_json() -> UnusableAnswer:
    """The error for what cannot be read."""
    return UnusableAnswer("a part of Gemini's answer was lost or not JSON. Ask again.", kind="cut")
