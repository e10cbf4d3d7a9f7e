"""HTTP towards Gemini: one pooled client, made at first use, and what its answers consist of."""

from __future__ import annotations

from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager, suppress
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from urllib.request import proxy_bypass

import orjson

from cgb import ApiError, UpstreamFailed

from .errors import error_of
from .frames import frames_of, whole
from .keys import Keys, Note
from .timeouts import Timeouts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator

    from aiohttp import ClientSession
    from pydantic import SecretStr

    from . import Gemini

    Frames = AsyncGenerator[dict[str, Any]]

_OK = 200
_LONGEST = 1_000_000
"""How many bytes of an error's explanation are read."""


class Client:
    """Calls Gemini's REST API. aiohttp is imported and its pool opened by the first call.

    `known` says which models there are, for errors that name those near to one that is not.
    """

    def __init__(self, settings: Gemini, known: Callable[[], Iterable[str]] = tuple) -> None:
        self._settings = settings
        self._known = known
        self._base = settings.base_url.rstrip("/").removesuffix("/v1beta") + "/v1beta/"
        self._session: ClientSession | None = None
        self.keys = Keys(settings.keys)

    async def close(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def stream(self, model: str, body: dict[str, Any], note: Note | None = None) -> AsyncIterator[Frames]:
        """The frames of a streamed answer, which has begun: what its first frame refuses, the next key may get.

        Raises:
            ApiError: Gemini refused, failed, or could not be reached.
        """
        frames, opened = await self.keys.use(model, partial(self._begun, model, orjson.dumps(body)), note)
        async with opened, aclosing(frames):
            yield frames

    async def _begun(self, model: str, body: bytes, key: SecretStr | None) -> tuple[Frames, AsyncExitStack]:
        path = f"{_path(model)}:streamGenerateContent?alt=sse"
        async with AsyncExitStack() as opened:
            chunks = await opened.enter_async_context(self._request("POST", path, model, body, key))
            frames = await opened.enter_async_context(aclosing(frames_of(chunks, model)))
            first = await anext(frames, None)
            return _joined(first, frames), opened.pop_all()

    async def call(
        self,
        method: str,
        model: str,
        body: dict[str, Any],
        note: Note | None = None,
        total: tuple[str, float] | None = None,
    ) -> Any:
        """The whole answer of `generateContent` or `countTokens`; `total` is the setting that bounds it."""
        ask = partial(self._whole, "POST", f"{_path(model)}:{method}", model, orjson.dumps(body), total=total)
        return await self.keys.use(model, ask, note)

    async def models(self, key: SecretStr | None) -> list[dict[str, Any]]:
        """The first page of the models that a key may use."""
        found = await self._whole("GET", "models?pageSize=1000", "models", None, key)
        listed: list[dict[str, Any]] = found.get("models") or []
        return listed

    async def _whole(
        self, verb: str, path: str, model: str, body: bytes | None, key: SecretStr | None, **limits: Any
    ) -> dict[str, Any]:
        async with self._request(verb, path, model, body, key, **limits) as chunks:
            return whole(b"".join([chunk async for chunk in chunks]), model)

    @asynccontextmanager
    async def _request(
        self,
        verb: str,
        path: str,
        model: str,
        body: bytes | None,
        key: SecretStr | None,
        total: tuple[str, float] | None = None,
    ) -> AsyncIterator[AsyncGenerator[bytes]]:
        """What arrives for a request that Gemini took."""
        url, timeouts = self._base + path, Timeouts(self._settings, total)
        with _unreachable(url):
            async with timeouts.until_headers():
                response = await self._opened().request(
                    verb,
                    url,
                    data=body and BytesIO(body),  # which aiohttp sends in pieces, so that a large one holds nobody up
                    headers=_headers(key),
                    timeout=timeouts.for_aiohttp(),
                    proxy=self._proxy(url),
                    allow_redirects=False,  # the key is for this address only
                )
        async with response, aclosing(timeouts.chunks(response)) as chunks:
            if response.status != _OK:
                raise error_of(response.status, await _explanation(chunks, key), model, self._known())
            yield chunks

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


def _path(model: str) -> str:
    """A model's place: clients choose the name, which may not lead the key to another."""
    return f"models/{quote(model, safe='')}"


def _headers(key: SecretStr | None) -> dict[str, str]:
    return {"content-type": "application/json", **({"x-goog-api-key": key.get_secret_value()} if key else {})}


async def _joined(first: dict[str, Any] | None, rest: Frames) -> Frames:
    if first is not None:
        yield first
        async for frame in rest:
            yield frame


@contextmanager
def _unreachable(url: str) -> Iterator[None]:
    from aiohttp import ClientError, ClientResponseError, ServerDisconnectedError  # noqa: PLC0415 - as above

    try:
        yield
    except ClientError as error:
        answered = isinstance(error, ClientResponseError | ServerDisconnectedError)
        what = "broke off before it answered, or sent no HTTP" if answered else "could not be reached"
        raise UpstreamFailed(
            f"Gemini at {urlsplit(url).netloc} {what} ({type(error).__name__}). "
            "Ask again; if this comes often, check the network, HTTPS_PROXY and plugin.gemini.base_url."
        ) from error


async def _explanation(chunks: AsyncGenerator[bytes], key: SecretStr | None) -> bytes:
    """What came of an error's body; it may repeat the key."""
    said = b""
    with suppress(ApiError):
        async for chunk in chunks:
            said += chunk
            if len(said) > _LONGEST:
                break
    return said.replace(key.get_secret_value().encode(), b"[key]") if key else said
