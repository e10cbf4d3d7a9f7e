"""HTTP towards Gemini: paths, keys, and what its answers consist of."""

from __future__ import annotations

from contextlib import aclosing
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import orjson

from cgb.upstream import Upstream

from .errors import error_of
from .frames import frames_of, whole
from .keys import Keys, Note

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable
    from contextlib import AbstractAsyncContextManager

    from pydantic import SecretStr

    from cgb.upstream import Response

    from . import Gemini

_OK = 200


class _Begun(NamedTuple):
    """A stream whose first frames have come."""

    call: AbstractAsyncContextManager[Response]
    first: list[dict[str, Any]] | None
    rest: AsyncGenerator[list[dict[str, Any]]]


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

    async def stream(
        self, model: str, body: dict[str, Any], note: Note | None = None
    ) -> AsyncGenerator[list[dict[str, Any]]]:
        """The frames of a streamed answer, those together that came together; what its first refuse, the next key gets.

        Raises:
            ApiError: Gemini refused, failed, or could not be reached.
        """
        begun = await self.keys.use(model, partial(self._begun, model, orjson.dumps(body)), note)
        try:
            async with aclosing(begun.rest) as rest:
                if begun.first is not None:
                    yield begun.first
                async for found in rest:
                    yield found
        finally:
            await begun.call.__aexit__(None, None, None)

    async def _begun(self, model: str, body: bytes, key: SecretStr | None) -> _Begun:
        """A stream and its first frames. Left open: a generator around it would take its time for each piece."""
        call = self._upstream.request("POST", f"{_path(model)}:streamGenerateContent?alt=sse", body, _headers(key))
        response = await call.__aenter__()
        try:
            await self._taken(response, model, key)
            frames = frames_of(response.chunks, model)
            return _Begun(call, await anext(frames, None), frames)
        except BaseException:
            await call.__aexit__(None, None, None)
            raise

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
