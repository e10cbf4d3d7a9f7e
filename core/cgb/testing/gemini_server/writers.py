"""Writes the events of an answer to the socket: as SSE, as one JSON array, or as one object."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from cgb.testing.gemini_server.faults import Cut, ErrorFrame, Event, Frame, Hang, Raw
from cgb.testing.gemini_server.frames import merge
from cgb.testing.gemini_server.wire import compact, pretty, sse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cgb.testing.gemini_server.calls import Call
    from cgb.testing.gemini_server.errors import GoogleError

JSON = "application/json; charset=UTF-8"
SERVER = {"Server": "scaffolding on HTTPServer2"}


def error_response(error: GoogleError, *, in_array: bool = False) -> web.Response:
    """An error before anything was sent."""
    body = [error.body()] if in_array else error.body()
    return _json(body, error.code)


def json_response(body: object) -> web.Response:
    """A good single answer."""
    return _json(body, 200)


def _json(body: object, status: int) -> web.Response:
    return web.Response(body=pretty(body), status=status, headers={**SERVER, "Content-Type": JSON})


class Stream:
    """A streamed answer; the two forms differ in what stands around each frame."""

    def __init__(self, request: web.Request, call: Call, *, as_sse: bool) -> None:
        kind = "text/event-stream" if as_sse else JSON
        self._response = web.StreamResponse(headers={**SERVER, "Content-Type": kind})
        self._request = request
        self._call = call
        self._sse = as_sse
        self._frames = 0

    async def write(self, events: Sequence[Event], delay: float) -> web.StreamResponse:
        """All events, `delay` seconds before each frame."""
        for event in events:
            if isinstance(event, Frame) and delay:
                await asyncio.sleep(delay)
            if isinstance(event, Cut):
                return self._cut()
            await self._one(event)
        await self._prepare()
        if not self._sse:
            await self._response.write(b"]" if self._frames else b"[]")
        # Before the client can see the end, so that whoever saw it finds the call finished.
        self._call.finish(200)
        await self._response.write_eof()
        return self._response

    async def _one(self, event: Event) -> None:
        if isinstance(event, Hang):
            if event.headers:
                await self._prepare()
            await asyncio.Event().wait()
        await self._prepare()
        if isinstance(event, Frame):
            await self._frame(compact(event.body))
        elif isinstance(event, ErrorFrame):
            await self._error(event)
        elif isinstance(event, Raw):
            await self._response.write(event.data)

    async def _prepare(self) -> None:
        if not self._response.prepared:
            self._call.status = 200
            await self._response.prepare(self._request)

    async def _frame(self, data: bytes) -> None:
        around = sse(data) if self._sse else (b",\r\n" if self._frames else b"[") + data
        self._frames += 1
        await self._response.write(around)

    async def _error(self, event: ErrorFrame) -> None:
        if event.bare and self._sse:
            await self._response.write(pretty(event.error.body()))
        else:
            await self._frame(compact(event.error.body()))

    def _cut(self) -> web.StreamResponse:
        # Finished first: losing the connection cancels this handler, and that was not the client's doing.
        self._call.finish(200)
        abort(self._request)
        return self._response


def abort(request: web.Request) -> None:
    """Break the connection without a word."""
    if request.transport is not None:
        request.transport.abort()


async def unary(request: web.Request, call: Call, events: Sequence[Event], delay: float) -> web.Response:
    """The same events as the one answer of `generateContent`."""
    frames: list[Frame] = []
    for event in events:
        if isinstance(event, Frame):
            frames.append(event)
            if delay:
                await asyncio.sleep(delay)
        elif isinstance(event, ErrorFrame):
            raise event.error
        elif isinstance(event, Raw):
            return web.Response(body=event.data, headers={**SERVER, "Content-Type": JSON})
        elif isinstance(event, Hang):
            await asyncio.Event().wait()
        else:
            call.finish(200)
            abort(request)
    return json_response(merge([frame.body for frame in frames]) if frames else {})
