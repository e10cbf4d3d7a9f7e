"""What every request passes first: its id, the operator's keys, and the alias of /v1."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from ..errors import Unauthenticated
from ..log import log
from ..messages import new_id

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ..config import ServerSettings

OPEN = frozenset({"/", "/api/hello", "/health"})
"""Paths that need no key."""


class Gate:
    """Pure ASGI: starlette's BaseHTTPMiddleware would cost 31 µs for each chunk of a stream."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._keys = tuple(key.get_secret_value().encode() for key in settings.api_keys)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["path"].startswith("/v1/v1/"):
            scope = {**scope, "path": scope["path"][3:], "raw_path": scope["path"][3:].encode()}

        async def identified(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("request-id", new_id("req"))
            await send(message)

        if scope["path"] in OPEN or self._admits(Headers(scope=scope)):
            await self._app(scope, receive, identified)
        else:
            await _refuse(scope, receive, identified)

    def _admits(self, headers: Headers) -> bool:
        if not self._keys:
            return True
        scheme, _, token = headers.get("authorization", "").partition(" ")
        shown = [headers.get("x-api-key", ""), token.strip() if scheme.lower() == "bearer" else ""]
        # Every pair is compared, in constant time each, so that timing tells nothing about a key.
        matches = [compare_digest(key, one.encode("latin-1")) for key in self._keys for one in shown]
        return any(matches)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    error = Unauthenticated(
        "this bridge needs a key that the request did not show. Set ANTHROPIC_AUTH_TOKEN (or ANTHROPIC_API_KEY) "
        "to one of the operator's CGB_SERVER_API_KEYS."
    )
    request_id = new_id("req")
    log.warning("refused %s %s: the client showed no valid key", scope["method"], scope["path"])
    headers = {"request-id": request_id, **error.headers}
    await JSONResponse(error.body(request_id), error.status, headers)(scope, receive, send)
