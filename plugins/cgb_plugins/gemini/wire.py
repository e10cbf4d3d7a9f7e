"""HTTP towards Gemini: paths, keys, and what its answers consist of."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

import orjson

from cgb.upstream import Upstream

from .errors import error_of
from .frames import Frames, whole
from .keys import Keys, Note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from contextlib import AbstractAsyncContextManager

    from pydantic import SecretStr

    from cgb.upstream import Response

    from . import Gemini

    _Call: TypeAlias = AbstractAsyncContextManager[Response]

_OK = 200


class _Streamed:
    """A context: entering it begins a stream, leaving it ends the call. A generator as one takes longer."""

    def __init__(self, begun: Awaitable[tuple[_Call, Frames]]) -> None:
        self._begun = begun

    async def __aenter__(self) -> Frames:
        self._call, frames = await self._begun
        return frames

    async def __aexit__(self, *_: object) -> None:
        await self._call.__aexit__(None, None, None)


class Client:
    """Calls Gemini's REST API.

    `known` says which models there are, for errors that name those near to one that is not.
    """

    def __init__(self, settings: Gemini, known: Callable[[], Iterable[str]] = tuple) -> None:
        base = settings.base_url.rstrip("/").removesuffix("/v1beta") + "/v1beta"
        self._upstream = Upstream(settings, "gemini", base, "Gemini")
        self._known = known
        self.keys = Keys(settings.keys)

    async def aclose(self) -> None:
        """Close the pool."""
        await self._upstream.aclose()

    def stream(self, model: str, body: dict[str, Any], note: Note | None = None) -> AbstractAsyncContextManager[Frames]:
        """The frames of a streamed answer; what refuses its first, the next key gets.

        Raises:
            ApiError: Gemini refused, failed, or could not be reached.
        """
        return _Streamed(self.keys.use(model, partial(self._begun, model, orjson.dumps(body)), note))

    async def _begun(self, model: str, body: bytes, key: SecretStr | None) -> tuple[_Call, Frames]:
        """A stream whose first frames have come, and what ends it."""
        call = self._upstream.request("POST", f"{_path(model)}:streamGenerateContent?alt=sse", body, _headers(key))
        response = await call.__aenter__()
        try:
            await self._taken(response, model, key)
            frames = Frames(response.chunks, model)
            await frames.begun()
        except BaseException:
            await call.__aexit__(None, None, None)
            raise
        return call, frames

    async def call(
        self,
        method: str,
        model: str,
        body: dict[str, Any],
        note: Note | None = None,
        total: str = "total_timeout_s",
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
        async with self._upstream.request(verb, path, body, _headers(key), **limits) as response:
            await self._taken(response, model, key)
            return whole(await response.read(), model)

    async def _taken(self, response: Response, model: str, key: SecretStr | None) -> None:
        """See that Gemini took the request."""
        if response.status != _OK:
            raise error_of(response.status, await response.explanation(key), model, self._known())


@lru_cache
def _path(model: str) -> str:
    """A model's place: clients choose the name, which may not lead the key to another."""
    return f"models/{quote(model, safe='')}"


def _headers(key: SecretStr | None) -> dict[str, str]:
    return {"content-type": "application/json", **({"x-goog-api-key": key.get_secret_value()} if key else {})}
