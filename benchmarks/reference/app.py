"""The reference server: ASGI without a framework, a translation of text and tools, one write for each read.

`REFERENCE_CLIENT` says how it asks Gemini: `raw` or `aiohttp`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import orjson

from reference import upstreams
from reference.translate import Stream, to_anthropic, to_gemini

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.types import Receive, Scope, Send

_ask = getattr(upstreams, os.environ.get("REFERENCE_CLIENT", "raw"))()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers `POST /v1/messages`; every GET is a look at its health."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["method"] == "GET":
        await _reply(send, b"{}")
    else:
        request = orjson.loads(await read(receive))
        if request.get("stream"):
            await stream(send, streamed(request))
        else:
            await _reply(send, await _whole(request))


async def streamed(request: dict[str, Any]) -> AsyncGenerator[bytes]:
    """The answer as server-sent events."""
    answer = Stream(request["model"])
    async for data in _ask("streamGenerateContent?alt=sse", to_gemini(request)):
        if events := answer.feed(data):
            yield events
    yield answer.end()


async def _whole(request: dict[str, Any]) -> bytes:
    data = b"".join([part async for part in _ask("generateContent", to_gemini(request))])
    return to_anthropic(orjson.loads(data), request["model"])


async def read(receive: Receive) -> bytes:
    """The request's body."""
    parts = []
    while True:
        message = await receive()
        parts.append(message["body"])
        if not message.get("more_body"):
            return b"".join(parts)


async def stream(send: Send, events: AsyncGenerator[bytes]) -> None:
    """Send the events, a write for each piece."""
    headers = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    async for data in events:
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _reply(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    for step in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{step}.complete"})
