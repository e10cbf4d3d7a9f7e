"""The whole server but for its sockets: what uvicorn would call, and Gemini's part played where HTTP would begin."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from cgb.server import create_app

from .bodies import claude_code, small, streamed
from .bridge import CONFIG, answering, together
from .case import Case, driven

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence

    from cgb.server.app import App


@asynccontextmanager
async def serving(body: bytes, answer: Sequence[bytes]) -> AsyncIterator[Callable[[], Awaitable[object]]]:
    """A server to which every answer comes in these pieces."""
    app = create_app(CONFIG)
    with answering(answer):
        async with app.life():
            yield partial(_ask, app, body)


async def _ask(app: App, body: bytes) -> bytes:
    """The body of the answer to one request."""
    unread = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[bytes] = []

    async def receive() -> dict[str, Any]:
        if not unread:
            await asyncio.Event().wait()  # the client stays
        return unread.pop()

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message.get("body", b""))

    await app(_scope(body), receive, send)
    answer = b"".join(sent)
    assert b"event: message_stop" in answer, answer[-2000:]
    return answer


def _scope(body: bytes) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/messages",
        "raw_path": b"/v1/messages",
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"host", b"127.0.0.1"),
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8082),
        "state": {},
    }


CASES = (
    Case("server: small request, 10 chunks", lambda: driven(serving(small(), together(streamed(10))))),
    Case("server: 1000 chunks at once, each", lambda: driven(serving(small(), together(streamed(1_000)))), 1_000),
    Case("server: 1000 chunks one by one, each", lambda: driven(serving(small(), streamed(1_000))), 1_000),
    Case("server: Claude Code's request, 10 chunks", lambda: driven(serving(claude_code(), together(streamed(10))))),
)
