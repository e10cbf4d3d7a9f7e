"""HTTP towards Gemini: one pooled client, made at first use, and what its answers consist of."""

from __future__ import annotations

from contextlib import asynccontextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from urllib.request import proxy_bypass

import orjson

from cgb import ApiError, Timeout, UnusableAnswer, UpstreamFailed

from .errors import error_of
from .frames import frames_of, whole

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from aiohttp import ClientResponse, ClientSession

    from . import Gemini

_OK = 200


class Client:
    """Calls Gemini's REST API. aiohttp is imported and its pool opened by the first call."""

    def __init__(self, settings: Gemini) -> None:
        self._settings = settings
        self._base = settings.base_url.rstrip("/").removesuffix("/v1beta") + "/v1beta/"
        self._session: ClientSession | None = None

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def stream(self, model: str, body: dict[str, Any]) -> AsyncIterator[AsyncGenerator[dict[str, Any]]]:
        """The frames of a streamed answer.

        Raises:
            ApiError: Gemini refused, failed, or could not be reached.
        """
        async with self._post(f"{_path(model)}:streamGenerateContent?alt=sse", model, body) as response:
            yield frames_of(_chunks(response), model)

    async def call(self, method: str, model: str, body: dict[str, Any], timeout_s: float | None = None) -> Any:
        """The whole answer of `generateContent` or `countTokens`."""
        async with self._post(f"{_path(model)}:{method}", model, body, timeout_s) as response:
            return whole(await response.read(), model)

    async def models(self) -> list[dict[str, Any]]:
        """The first page of the models that the key may use."""
        async with self._request("GET", "models?pageSize=1000", "models", None) as response:
            listed: list[dict[str, Any]] = whole(await response.read(), "models").get("models") or []
            return listed

    def _post(self, path: str, model: str, body: dict[str, Any], timeout_s: float | None = None) -> Any:
        return self._request("POST", path, model, orjson.dumps(body), timeout_s)

    @asynccontextmanager
    async def _request(
        self, verb: str, path: str, model: str, body: bytes | None, timeout_s: float | None = None
    ) -> AsyncIterator[ClientResponse]:
        from aiohttp import ClientError, ClientTimeout  # noqa: PLC0415 - 0.4 s that a server need not pay at its start

        limits = ClientTimeout(
            total=timeout_s, sock_connect=self._settings.connect_timeout_s, sock_read=self._settings.request_timeout
        )
        url = self._base + path
        try:
            async with self._opened().request(
                verb,
                url,
                data=body and BytesIO(body),  # which aiohttp sends in pieces, so that a large one holds nobody up
                headers=self._headers(),
                timeout=limits,
                proxy=self._proxy(url),
                allow_redirects=False,  # the key is for this address only
            ) as response:
                if response.status != _OK:
                    raise error_of(response.status, await response.read(), model)
                yield response
        except ApiError:
            raise
        except TimeoutError as error:
            raise Timeout(f"Gemini was silent for too long ({type(error).__name__}). Ask again.") from error
        except ClientError as error:
            host = urlsplit(url).netloc
            raise UpstreamFailed(
                f"Gemini at {host} could not be reached ({type(error).__name__}). "
                "Check the network, HTTPS_PROXY and plugin.gemini.base_url."
            ) from error

    def _headers(self) -> dict[str, str]:
        key = self._settings.api_key
        return {"content-type": "application/json", **({"x-goog-api-key": key.get_secret_value()} if key else {})}

    def _proxy(self, url: str) -> str | None:
        host = urlsplit(url).hostname or ""
        here = host in {"localhost", "::1"} or host.startswith("127.")
        proxy = self._settings.proxy
        return None if proxy is None or here or proxy_bypass(host) else proxy.get_secret_value()

    def _opened(self) -> ClientSession:
        if self._session is None:
            from aiohttp import ClientSession, TCPConnector  # noqa: PLC0415 - as above

            self._session = ClientSession(connector=TCPConnector(limit=0, keepalive_timeout=75), trust_env=False)
        return self._session


def _path(model: str) -> str:
    """A model's place: clients choose the name, which may not lead the key to another."""
    return f"models/{quote(model, safe='')}"


async def _chunks(response: ClientResponse) -> AsyncGenerator[bytes]:
    """What arrives, as it arrives.

    Raises:
        UnusableAnswer: the connection broke, or nothing came for too long.
    """
    from aiohttp import ClientError  # noqa: PLC0415 - as above

    try:
        async for chunk in response.content.iter_any():
            yield chunk
    except TimeoutError as error:
        raise UnusableAnswer("Gemini fell silent in the middle of its answer. Ask again.", kind="stall") from error
    except ClientError as error:
        raise UnusableAnswer("the connection to Gemini broke in the middle of its answer.", kind="cut") from error
