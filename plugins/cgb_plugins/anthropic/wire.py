"""HTTP towards the server: one pooled client, made at first use."""

from __future__ import annotations

import logging
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import orjson

from cgb import ApiError, UpstreamFailed

from .errors import error_of
from .timeouts import Timeouts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping

    from aiohttp import ClientSession

    from cgb import Context

    from . import Anthropic

log = logging.getLogger("cgb.anthropic")

_OK = 200
_LONGEST = 1_000_000
"""How many bytes of an error's explanation are read."""

_VERSION = "2023-06-01"
_PASSED_ON = frozenset({"anthropic-version", "anthropic-beta", "user-agent", "x-app"})
_PASSED_ON_PREFIX = "x-claude-code-"
"""What of the client's headers says how its body is meant, or which session it is of; the rest is between it and us."""


class Client:
    """Calls the Messages API. aiohttp is imported and its pool opened by the first call."""

    def __init__(self, settings: Anthropic) -> None:
        self._settings = settings
        self._base = settings.base_url.rstrip("/").removesuffix("/v1") + "/v1/"
        self._session: ClientSession | None = None
        self.host = urlsplit(self._base).netloc.rpartition("@")[2]
        """The server's name, for people."""

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def stream(self, body: bytes, ctx: Context) -> AsyncIterator[AsyncGenerator[bytes]]:
        """What arrives of a streamed answer.

        Raises:
            ApiError: the server refused, failed, or could not be reached.
        """
        async with self._request("POST", "messages", body, ctx) as chunks:
            yield chunks

    async def count(self, body: bytes, ctx: Context) -> int:
        """How many tokens the server says a body is.

        Raises:
            ApiError: it did not say so, or not in time.
        """
        total = ("count_timeout_s", self._settings.count_timeout_s)
        async with self._request("POST", "messages/count_tokens", body, ctx, total) as chunks:
            said = b"".join([chunk async for chunk in chunks])
        return _counted(said, self.host)

    async def check(self) -> None:
        """Ask for something that costs nothing.

        Raises:
            ApiError: the server does not answer, or does not take the key.
        """
        async with self._request("GET", "models?limit=1") as chunks:
            async for _ in chunks:
                pass

    @asynccontextmanager
    async def _request(
        self,
        verb: str,
        path: str,
        body: bytes | None = None,
        ctx: Context | None = None,
        total: tuple[str, float] | None = None,
    ) -> AsyncIterator[AsyncGenerator[bytes]]:
        """What arrives for a request that the server took."""
        url, timeouts = self._base + path, Timeouts(self._settings, self.host, total)
        with self._unreachable():
            async with timeouts.until_headers():
                response = await self._opened().request(
                    verb,
                    url,
                    data=body and BytesIO(body),  # which aiohttp sends in pieces, so that a large one holds nobody up
                    headers={**_passed_on(ctx.headers if ctx else {}), **self._credentials()},
                    timeout=timeouts.for_aiohttp(),
                    proxy=self._proxy(url),
                    allow_redirects=False,  # the key is for this address only
                )
        async with response, aclosing(timeouts.chunks(response)) as chunks:
            if response.status != _OK:
                said = self._masked(await _explanation(chunks))
                raise error_of(response.status, said, response.headers, self.host)
            if ctx is not None and (request_id := response.headers.get("request-id")):
                log.debug("request %s is %s at %s", ctx.id, request_id, self.host)
            yield chunks

    def _credentials(self) -> dict[str, str]:
        key, token = self._settings.api_key, self._settings.auth_token
        return {
            **({"x-api-key": key.get_secret_value()} if key else {}),
            **({"authorization": f"Bearer {token.get_secret_value()}"} if token else {}),
        }

    def _masked(self, said: bytes) -> bytes:
        """An explanation without the key, which it may repeat."""
        for secret in (self._settings.api_key, self._settings.auth_token):
            if secret:
                said = said.replace(secret.get_secret_value().encode(), b"[key]")
        return said

    def _proxy(self, url: str) -> str | None:
        host = urlsplit(url).hostname or ""
        here = host in {"localhost", "::1"} or host.startswith("127.")
        proxy = self._settings.proxy
        return None if proxy is None or here or proxy_bypass(host) else proxy.get_secret_value()

    def _opened(self) -> ClientSession:
        if self._session is None:
            from aiohttp import ClientSession, TCPConnector  # noqa: PLC0415 - 0.4 s that a start need not pay

            self._session = ClientSession(connector=TCPConnector(limit=0, keepalive_timeout=75), trust_env=False)
        return self._session

    @contextmanager
    def _unreachable(self) -> Iterator[None]:
        from aiohttp import ClientError, ClientResponseError, ServerDisconnectedError  # noqa: PLC0415 - as above

        try:
            yield
        except ClientError as error:
            answered = isinstance(error, ClientResponseError | ServerDisconnectedError)
            what = "broke off before it answered, or sent no HTTP" if answered else "could not be reached"
            raise UpstreamFailed(
                f"{self.host} {what} ({type(error).__name__}). "
                "Ask again; if this comes often, check the network, HTTPS_PROXY and plugin.anthropic.base_url."
            ) from error


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


async def _explanation(chunks: AsyncGenerator[bytes]) -> bytes:
    """What came of an error's body."""
    said = b""
    with suppress(ApiError):
        async for chunk in chunks:
            said += chunk
            if len(said) > _LONGEST:
                break
    return said
