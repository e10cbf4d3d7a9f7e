"""A fake upstream, as a process of its own: Gemini's API, and the Messages API for whoever asks without a bridge.

    python -m harness.upstream PORT

What it sends is rendered beforehand. Each piece of an answer is an event of its own text, so that a client can tell
what is missing, doubled or out of order.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
from functools import cache, partial
from time import monotonic
from typing import cast

import httptools
import uvloop

from harness.clock import Clock

MARKER = re.compile(rb"\[chunks=(\d+) interval=(\d+)\]")
STREAM = re.compile(rb'"stream": ?true')
BACKLOG = 2048


def text(place: int) -> str:
    """What a piece of an answer says; each is of one length, and has one `~`."""
    return f"~{place:05d} five quick wizards jump, again"


def whole() -> str:
    """What an answer says that is not streamed."""
    return text(0)


@cache
def gemini(chunks: int) -> list[bytes]:
    """The pieces of a stream as Gemini sends them."""
    return [_chunk(f"data: {json.dumps(_frame(place, chunks))}\r\n\r\n") for place in range(chunks)]


def _frame(place: int, chunks: int) -> dict[str, object]:
    candidate = {"content": {"parts": [{"text": text(place)}], "role": "model"}, "index": 0}
    counted = {
        "promptTokenCount": 1234, "candidatesTokenCount": place + 1, "totalTokenCount": 1235 + place,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1234}],
    }  # fmt: skip
    last = {"finishReason": "STOP"} if place == chunks - 1 else {}
    return {
        "candidates": [{**candidate, **last}], "usageMetadata": counted,
        "modelVersion": "gemini-2.5-flash", "responseId": "abcDEF123",
    }  # fmt: skip


@cache
def anthropic(chunks: int) -> list[bytes]:
    """The pieces of a stream as the Messages API sends them."""
    pieces = [
        _event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text(place)}})
        for place in range(chunks)
    ]
    block = {"type": "text", "text": ""}
    start = _event({"type": "message_start", "message": {**_message(), "content": [], "stop_reason": None}})
    pieces[0] = start + _event({"type": "content_block_start", "index": 0, "content_block": block}) + pieces[0]
    reason = {"stop_reason": "end_turn", "stop_sequence": None}
    ends = [
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": reason, "usage": {"output_tokens": chunks}},
        {"type": "message_stop"},
    ]
    pieces[-1] += b"".join(map(_event, ends))
    return pieces


def _message() -> dict[str, object]:
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": whole()}], "stop_sequence": None,
        "usage": {"input_tokens": 1234, "output_tokens": 1},
    }  # fmt: skip


def _event(data: dict[str, object]) -> bytes:
    return _chunk(f"event: {data['type']}\ndata: {json.dumps(data)}\n\n")


def _chunk(data: str) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data.encode())


def _plain(data: dict[str, object]) -> bytes:
    body = json.dumps(data).encode()
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
MODELS = _plain({"models": []})
COUNTED = _plain({"totalTokens": 1234})
WHOLE = {True: _plain(_frame(0, 1)), False: _plain(_message())}


class Connection(asyncio.Protocol):
    """Answers one request after the other."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102 - of asyncio
        self._transport = cast("asyncio.Transport", transport)
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:  # noqa: D102 - of asyncio
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:  # noqa: D102 - of httptools
        self._url, self._body = b"", list[bytes]()

    def on_url(self, url: bytes) -> None:  # noqa: D102 - of httptools
        self._url += url

    def on_body(self, body: bytes) -> None:  # noqa: D102 - of httptools
        self._body.append(body)

    def on_message_complete(self) -> None:  # noqa: D102 - of httptools
        body = b"".join(self._body)
        is_gemini = b"enerateContent" in self._url
        if is_gemini or self._url.startswith(b"/v1/messages"):
            is_streamed = b":stream" in self._url if is_gemini else STREAM.search(body) is not None
            self._answer(body, is_gemini=is_gemini, is_streamed=is_streamed)
        else:
            self._transport.write(COUNTED if b"countTokens" in self._url else MODELS)

    def _answer(self, body: bytes, *, is_gemini: bool, is_streamed: bool) -> None:
        if not is_streamed:
            self._transport.write(WHOLE[is_gemini])
            return
        marker = MARKER.search(body, max(0, body.rfind(b"[chunks=")))  # which is at the end of up to 1 MB
        chunks, interval_us = (int(marker[1]) or 1, int(marker[2])) if marker else (1, 0)
        pieces = (gemini if is_gemini else anthropic)(chunks)
        if interval_us:
            self._pieces, self._interval = pieces, interval_us / 1e6
            self._send(0, monotonic())
        else:
            self._transport.write(b"".join((HEAD, *pieces, END)))

    def _send(self, place: int, due: float) -> None:
        """Each piece is a write of its own, and on time even if the one before was late."""
        if self._transport.is_closing():
            return
        self._transport.write(HEAD + self._pieces[0] if not place else self._pieces[place])
        if place + 1 == len(self._pieces):
            self._transport.write(END)
        else:
            due += self._interval
            self._clock.call_at(due, partial(self._send, place + 1, due))


async def serve(port: int) -> None:
    """Serve until the process is stopped."""
    connection = partial(Connection, Clock())
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", port, backlog=BACKLOG)
    gc.disable()  # it makes no cycles worth a pause in 256 streams
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
