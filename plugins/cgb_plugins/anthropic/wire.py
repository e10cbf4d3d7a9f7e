"""HTTP towards the server: paths, headers and keys."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import orjson

from cgb import UpstreamFailed
from cgb.upstream import Upstream

from .errors import error_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from cgb import Context
    from cgb.upstream import Chunks, Response

    from . import Anthropic

log = logging.getLogger("cgb.anthropic")

_OK = 200
_VERSION = "2023-06-01"
_PASSED_ON = frozenset({"anthropic-version", "anthropic-beta", "user-agent", "x-app"})
_PASSED_ON_PREFIX = "x-claude-code-"
"""What of the client's headers says how its body is meant, or which session it is of; the rest is between it and us."""


class Client:
    """Calls the Messages API."""

    def __init__(self, settings: Anthropic) -> None:
        self._settings = settings
        self._upstream = Upstream(settings, "anthropic", settings.base_url.rstrip("/").removesuffix("/v1") + "/v1")
        self.host = self._upstream.host
        """The server's name, for people."""

    async def aclose(self) -> None:
        """Close the pool."""
        await self._upstream.aclose()

    @asynccontextmanager
    async def stream(self, body: bytes, ctx: Context) -> AsyncIterator[Chunks]:
        """What arrives of a streamed answer.

        Raises:
            ApiError: the server refused, failed, or could not be reached.
        """
        async with self._request("POST", "messages", body, ctx) as response:
            yield response.chunks

    async def count(self, body: bytes, ctx: Context) -> int:
        """How many tokens the server says a body is.

        Raises:
            ApiError: it did not say so, or not in time.
        """
        async with self._request("POST", "messages/count_tokens", body, ctx, total="count_timeout_s") as response:
            return _counted(await response.read(), self.host)

    async def check(self) -> None:
        """Ask for something that costs nothing.

        Raises:
            ApiError: the server does not answer, or does not take the key.
        """
        async with self._request("GET", "models?limit=1") as response:
            await response.read()

    @asynccontextmanager
    async def _request(
        self, verb: str, path: str, body: bytes | None = None, ctx: Context | None = None, **limits: Any
    ) -> AsyncIterator[Response]:
        """What arrives for a request that the server took."""
        headers = {**_passed_on(ctx.headers if ctx else {}), **self._credentials()}
        async with self._upstream.request(verb, path, body, headers, **limits) as response:
            if response.status != _OK:
                said = await response.explanation(self._settings.api_key, self._settings.auth_token)
                raise error_of(response.status, said, response.headers, self.host)
            if ctx is not None and (request_id := response.headers.get("request-id")):
                log.debug("request %s is %s at %s", ctx.id, request_id, self.host)
            yield response

    def _credentials(self) -> dict[str, str]:
        key, token = self._settings.api_key, self._settings.auth_token
        return {
            **({"x-api-key": key.get_secret_value()} if key else {}),
            **({"authorization": f"Bearer {token.get_secret_value()}"} if token else {}),
        }


def _passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    passed = {
        name: value for name, value in headers.items() if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIX)
    }
    return {"anthropic-version": _VERSION, **passed, "content-type": "application/json"}


def _counted(said: bytes, host: str) -> int:
    try:
        counted: Any = orjson.loads(said)["input_tokens"]
    except (ValueError, LookupError, TypeError):
        counted = None
    if not isinstance(counted, int):
        raise UpstreamFailed(f"{host} answered a count with something that is none.")
    return counted
