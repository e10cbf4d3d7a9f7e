"""One answer with thoughts, text and two calls, and what of it arrives on the socket."""

import json
import re
import socket
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from cgb.testing.gemini_server import SimulatedGemini

MODEL = "gemini-3-flash-preview"
THOUGHTS = "First I look, then I look again, then I answer."
TEXT = "The anßwer has several pieces, and “ä” in the midst of them."
CALLS = [{"name": "f", "args": {"a": 1}, "id": "one"}, {"name": "g", "args": {"b": "ü"}, "id": "two"}]
STEP = {"thoughts": THOUGHTS, "text": TEXT, "calls": CALLS, "chunks": 4}
BODY = {
    "contents": [{"role": "user", "parts": [{"text": "Go."}]}],
    "tools": [{"functionDeclarations": [{"name": "f"}, {"name": "g"}]}],
    "generationConfig": {"thinkingConfig": {"includeThoughts": True}},
}
METHODS = {"streamed": "streamGenerateContent?alt=sse", "plain": "generateContent"}
LONG_S = 10.0
SILENCE_S = 0.2


@dataclass
class Arrived:
    """What came over the socket; `end` is "whole", "closed", "reset" or "silent"."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    chunks: list[bytes] = field(default_factory=list)
    end: str = "closed"

    @property
    def plain(self) -> Any:
        return json.loads(self.body)

    @property
    def frames(self) -> list[Any]:
        """The frames that a strict reader of whole events finds."""
        lines = re.split(rb"\r\n", self.body)
        found = []
        for line in lines:
            try:
                found.append(json.loads(line.removeprefix(b"data: ")))
            except ValueError:
                continue
        return [frame for frame in found if isinstance(frame, dict)]

    @property
    def responses(self) -> list[Any]:
        """All frames, or the one body."""
        found = self.frames if b"data: " in self.body else [self.plain]
        return [response for response in found if isinstance(response, dict)]

    @property
    def parts(self) -> list[Any]:
        """The parts of all frames, or of the one body."""
        candidates = [frame["candidates"][0] for frame in self.responses if frame.get("candidates")]
        contents = [candidate["content"] for candidate in candidates if candidate.get("content")]
        return [part for content in contents for part in content.get("parts") or ()]

    @property
    def said(self) -> tuple[str, str, list[str]]:
        """Thoughts, text, and the names of the calls."""
        texts = [part for part in self.parts if "text" in part]
        thoughts = "".join(part["text"] for part in texts if part.get("thought"))
        text = "".join(part["text"] for part in texts if not part.get("thought"))
        return thoughts, text, [part["functionCall"]["name"] for part in self.parts if "functionCall" in part]

    @property
    def finish(self) -> str | None:
        reasons = [
            candidate.get("finishReason") for frame in self.responses for candidate in frame.get("candidates", ())
        ]
        return reasons[-1] if reasons else None

    def unzipped(self) -> bytes:
        return zlib.decompressobj(wbits=31).decompress(self.body)


def received(url: str, form: str, first_s: float = LONG_S, then_s: float = LONG_S) -> Arrived:
    """Ask, wait so long for the first byte and for each further piece, and take what comes."""
    host, port = url.removeprefix("http://").split(":")
    data = json.dumps(BODY).encode()
    head = (
        f"POST /v1beta/models/{MODEL}:{METHODS[form]} HTTP/1.1\r\nHost: {host}\r\nx-goog-api-key: key\r\n"
        f"Connection: close\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=first_s) as connection:
        connection.sendall(head.encode() + data)
        return _read(connection, then_s)


def _read(connection: socket.socket, then_s: float) -> Arrived:
    raw, end = b"", "closed"
    try:
        while piece := connection.recv(1 << 16):
            raw += piece
            connection.settimeout(then_s)
    except ConnectionResetError:
        end = "reset"
    except TimeoutError:
        end = "silent"
    return _parsed(raw, end)


def _parsed(raw: bytes, end: str) -> Arrived:
    head, blank, rest = raw.partition(b"\r\n\r\n")
    if not blank:
        return Arrived(end=end)
    status, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    arrived = Arrived(int(status.split(" ")[1]), headers, end=end)
    if "content-length" in headers:
        arrived.body, whole = rest, len(rest) == int(headers["content-length"])
    else:
        arrived.chunks, whole = _dechunked(rest)
        arrived.body = b"".join(arrived.chunks)
    arrived.end = "whole" if whole else end
    return arrived


def _dechunked(rest: bytes) -> tuple[list[bytes], bool]:
    chunks = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        if size == b"0":
            return chunks, True
        chunks.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    return chunks, False


@pytest.fixture(scope="module")
def service() -> Iterator[SimulatedGemini]:
    with SimulatedGemini.in_thread() as gemini:
        yield gemini


@pytest.fixture
def faulty(service: SimulatedGemini) -> Callable[..., Arrived]:
    """`faulty(kind, form="streamed", step={}, **options)`: what arrives of the answer with this fault."""

    def ask(kind: str, form: str = "streamed", step: Any = None, **options: Any) -> Arrived:
        service.reset()
        service.reply({**STEP, **(step or {}), "fault": {"kind": kind, **options}})
        mute = kind == "hang_headers" or options.get("headers") is False
        first, then = (SILENCE_S if mute else LONG_S), (SILENCE_S if kind == "hang" else LONG_S)
        arrived = received(service.url, form, first, then)
        call = service.calls[-1]
        assert (call.fault, call.place) == (kind, options.get("at", ""))
        assert call.violations == ()
        return arrived

    return ask
