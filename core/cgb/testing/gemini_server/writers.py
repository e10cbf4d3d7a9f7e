"""Writes the events of an answer to the socket: as SSE, as one JSON array, or as one object."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING

from aiohttp import web

from cgb.testing.gemini_server.faults.events import (
    Cut,
    ErrorFrame,
    Event,
    Frame,
    Hang,
    Headers,
    Pause,
    Raw,
    Reply,
    Torn,
)
from cgb.testing.gemini_server.frames import merge
from cgb.testing.gemini_server.wire import compact, pretty, sse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cgb.testing.gemini_server.calls import Call
    from cgb.testing.gemini_server.errors import GoogleError

JSON = "application/json; charset=UTF-8"
SSE = "text/event-stream"
SERVER = {"Server": "scaffolding on HTTPServer2"}
# Closing with unsent data thrown away: the peer gets a reset.
RESETTING = struct.pack("ii", 1, 0)


def error_response(error: GoogleError, *, in_array: bool = False) -> web.Response:
    """An error before anything was sent."""
    body = [error.body()] if in_array else error.body()
    return _json(body, error.code)


def json_response(body: object) -> web.Response:
    """A good single answer."""
    return _json(body, 200)


def _json(body: object, status: int) -> web.Response:
    return _response(status, JSON, pretty(body))


def _response(status: int, content_type: str, body: bytes) -> web.Response:
    return web.Response(body=body, status=status, headers={**SERVER, "Content-Type": content_type})


class Body:
    """An answer written event by event, as it is; frames are `Streamed`'s business."""

    content_type = JSON

    def __init__(self, request: web.Request, call: Call) -> None:
        self._response = web.StreamResponse(headers={**SERVER, "Content-Type": self.content_type})
        self._request = request
        self._call = call

    async def write(self, events: Sequence[Event], delay: float) -> web.StreamResponse:
        """All events, `delay` seconds before each frame."""
        for event in events:
            if isinstance(event, Frame) and delay:
                await asyncio.sleep(delay)
            if isinstance(event, Reply):
                return _response(event.status, event.content_type, event.body)
            if isinstance(event, Cut):
                return await self._cut(event)
            await self._one(event)
        await self._prepare()
        await self._close()
        # Before the client can see the end, so that whoever saw it finds the call finished.
        self._call.finish(200)
        await self._response.write_eof()
        return self._response

    async def _one(self, event: Event) -> None:
        if isinstance(event, Headers):
            self._response.headers.update(event.values)
        elif isinstance(event, Hang | Pause):
            await self._wait(event)
        else:
            await self._prepare()
            await self._say(event)

    async def _say(self, event: Event) -> None:
        if isinstance(event, Raw):
            await self._response.write(event.data)
        elif isinstance(event, Torn) and self._request.transport is not None:
            self._request.transport.write(b"%x\r\n" % (2 * len(event.data)) + event.data)

    async def _wait(self, event: Hang | Pause) -> None:
        if event.headers:
            await self._prepare()
        await (asyncio.sleep(event.seconds) if isinstance(event, Pause) else asyncio.Event().wait())

    async def _prepare(self) -> None:
        if not self._response.prepared:
            self._call.status = 200
            await self._response.prepare(self._request)

    async def _close(self) -> None:
        """What stands after the last event."""

    async def _cut(self, event: Cut) -> web.StreamResponse:
        if event.headers:
            await self._prepare()
        # Finished first: losing the connection cancels this handler, and that was not the client's doing.
        self._call.finish(200)
        _break(self._request, reset=event.reset)
        return self._response


class Stream(Body):
    """A streamed answer in server-sent events."""

    content_type = SSE

    async def _say(self, event: Event) -> None:
        if isinstance(event, Frame):
            await self._frame(compact(event.body))
        elif isinstance(event, ErrorFrame):
            await self._error(event)
        else:
            await super()._say(event)

    async def _frame(self, data: bytes) -> None:
        await self._response.write(sse(data))

    async def _error(self, event: ErrorFrame) -> None:
        if event.bare:
            await self._response.write(pretty(event.error.body()))
        else:
            await self._frame(compact(event.error.body()))


class Array(Stream):
    """A streamed answer as one JSON array."""

    content_type = JSON
    _frames = 0

    async def _frame(self, data: bytes) -> None:
        self._frames += 1
        await self._response.write((b"[" if self._frames == 1 else b",\r\n") + data)

    async def _error(self, event: ErrorFrame) -> None:
        await self._frame(compact(event.error.body()))

    async def _close(self) -> None:
        await self._response.write(b"]" if self._frames else b"[]")


def _break(request: web.Request, *, reset: bool) -> None:
    """Break the connection without a word, after what was written."""
    transport = request.transport
    if transport is None:
        return
    if reset:
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETTING)
        transport.abort()
    else:
        transport.close()


async def unary(request: web.Request, call: Call, events: Sequence[Event], delay: float) -> web.StreamResponse:
    """The same events as the one answer of `generateContent`."""
    frames = [event for event in events if isinstance(event, Frame)]
    for _ in frames:
        await asyncio.sleep(delay)
    for event in events:
        if isinstance(event, ErrorFrame):
            raise event.error
    odd = [event for event in events if not isinstance(event, Frame)]
    if not odd:
        return json_response(merge([frame.body for frame in frames]) if frames else {})
    body = [Raw(pretty(merge([frame.body for frame in frames])))] if frames else []
    headers = [event for event in odd if isinstance(event, Headers)]
    return await Body(request, call).write([*headers, *body, *(event for event in odd if event not in headers)], 0)
