"""The lines that Gemini sends, and the JSON text in them."""

import re

_SILENT = re.compile(rb"(?:[A-Za-z_-]*:[^{]*|data|event|id|retry)\Z")
"""Comments and fields that say nothing here. Data whose beginning broke looks like one, but for its brackets."""
_JSON = frozenset(b'{}[],"')
"""With what a line begins that is JSON without a field's name: an array or an error in the place of a stream."""
_BOM = b"\xef\xbb\xbf"


class Lines:
    """Takes the framing off an event stream, in whatever pieces it comes, and leaves the JSON text.

    Lines end at CR and LF only, since JSON may hold every other separator raw. The data of all events is one text:
    where an event ends says nothing that JSON does not say better, and a value may go on in the next one.
    """

    def __init__(self) -> None:
        self._line = bytearray()
        self.is_begun = False
        """Whether the end of a line has still to come."""
        self._is_bare = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The JSON text in the lines that these bytes complete; where it is not framed, in all of these bytes."""
        ends = chunk.splitlines()
        rest = b"" if chunk.endswith((b"\n", b"\r")) or not ends else ends.pop()
        begun = [self._ended(ends.pop(0))] if self.is_begun and ends else []
        ends = [line[6:] if line.startswith(b"data: ") else _text(line) for line in ends if line]
        texts = [text for text in (*begun, *ends) if text]
        if rest:
            self._line += rest
            self.is_begun = True
            if self._is_bare or self._line[0] in _JSON:
                texts.append(self._bare())
        return texts

    def end(self) -> bytes:
        """The JSON text in a last line without an end."""
        return self._ended(b"")

    def _ended(self, end: bytes) -> bytes:
        """The JSON text of a line that ends with these bytes, or what of it has not been passed on."""
        self._line += end
        text = self._bare() if self._is_bare else _text(bytes(self._line))
        self._line.clear()
        self.is_begun = self._is_bare = False
        return text

    def _bare(self) -> bytes:
        """What has come of a line that is not framed, so that an array's members need not wait for its end."""
        text = (b"" if self._is_bare else b"\n") + self._line
        self._line.clear()
        self._is_bare = True
        return text


def _text(line: bytes) -> bytes:
    """The JSON text in a line; one that is not an event stream's keeps its line end, which no JSON string may hold."""
    if line.startswith(b"data: "):
        return line[6:]
    line = line.removeprefix(_BOM)
    if line.startswith(b"data:"):
        return line[5:].removeprefix(b" ")
    if _SILENT.match(line):
        return b""
    return line and b"\n" + line
