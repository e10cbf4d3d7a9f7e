"""What every request passes first: the alias of /v1, the operator's keys, and an id for every answer."""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders

from ..errors import Unauthenticated
from ..log import log
from ..messages import new_id
from .failed import told

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Message, Scope, Send

    from ..config import ServerSettings

OPEN = frozenset({"/", "/api/hello", "/health"})
"""Paths that need no key."""


class Gate:
    """Lets requests in that show one of the operator's keys, if there are any."""

    def __init__(self, settings: ServerSettings) -> None:
        self._keys = tuple(key.get_secret_value().encode() for key in settings.api_keys)

    def refusal(self, scope: Scope) -> Response | None:
        """What a request is answered that may not come in; /v1 twice in its path becomes /v1."""
        path: str = scope["path"]
        if path.startswith("/v1/v1/"):
            scope["path"], scope["raw_path"] = path[3:], path[3:].encode()
        if not self._keys or path in OPEN or self._admits(Headers(scope=scope)):
            return None
        log.warning("refused %s %s: the client showed no valid key", scope["method"], scope["path"])
        return told(
            Unauthenticated(
                "this bridge needs a key that the request did not show. Set ANTHROPIC_AUTH_TOKEN (or "
                "ANTHROPIC_API_KEY) to one of the operator's CGB_SERVER_API_KEYS."
            )
        )

    def _admits(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        shown = [headers.get("x-api-key", ""), token.strip() if scheme.lower() == "bearer" else ""]
        # Every pair is compared, in constant time each, so that timing tells nothing about a key.
        matches = [compare_digest(key, one.encode("latin-1")) for key in self._keys for one in shown]
        return any(matches)


def identified(send: Send) -> Send:
    """Gives an answer its id, where it has none."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).setdefault("request-id", new_id("req"))
        await send(message)

    return sending
