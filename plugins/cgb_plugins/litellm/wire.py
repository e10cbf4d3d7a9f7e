"""Calls of LiteLLM: one at a time per answer, bounded in time, and what they give as plain dicts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from cgb import ApiError, Timeout

from .connections import let_go, use
from .errors import error_of, stalled
from .loading import Loader, one_try
from .native import Ending

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from . import LiteLLM

_GOOGLE = re.compile(r"gemini/|vertex_ai(_beta)?/([\w.-]+/)*gemini-")
_BEHIND_OURS_S = 5.0
"""How much later than ours LiteLLM's own timer ends: ours says which setting it was."""

Chunk: TypeAlias = dict[str, Any]
Chunks: TypeAlias = AsyncGenerator[Chunk]


class Client:
    """Asks through `litellm.acompletion`, and never through LiteLLM's own Anthropic surface (litellm, §13)."""

    def __init__(self, settings: LiteLLM) -> None:
        self._settings = settings
        self._load = Loader()
        self._google: Any = None
        self._used = False

    async def close(self) -> None:
        """Close our connection to Gemini, and LiteLLM's own unless another transport uses them."""
        if self._google is not None:
            await self._google.close()
        if self._used:
            await let_go(self, await self._load())

    async def load(self) -> Any:
        """LiteLLM, imported."""
        return await self._load()

    @asynccontextmanager
    async def stream(self, body: Mapping[str, Any]) -> AsyncIterator[Chunks]:
        """The chunks of a streamed answer; leaving closes LiteLLM's stream and its connection.

        Raises:
            ApiError: upstream refused, failed, could not be reached, or took too long.
        """
        stream = await self._asked(dict(body, stream=True, stream_options={"include_usage": True}))
        try:
            async with aclosing(self._chunks(stream, body)) as chunks:
                yield chunks
        finally:
            with suppress(Exception):  # a connection that broke cannot be closed any better
                await stream.aclose()

    @asynccontextmanager
    async def whole(self, body: Mapping[str, Any]) -> AsyncIterator[Chunks]:
        """The same for an answer that comes as a whole."""
        answer = await self._asked(dict(body, stream=False))
        async with aclosing(_once(answer.model_dump(exclude_none=True))) as chunks:
            yield chunks

    async def _asked(self, body: dict[str, Any]) -> Any:
        module = await self._load()
        self._used = True
        use(self)
        patience = self._settings.request_timeout + _BEHIND_OURS_S
        if _GOOGLE.match(body["model"]):
            self._google = self._google or one_try(patience)
            body["client"] = self._google
        return await self._bounded(module.acompletion(timeout=patience, **body), body, begun=False)

    async def _chunks(self, stream: Any, body: Mapping[str, Any]) -> Chunks:
        ending = Ending(stream)
        await self._bounded(ending.opened(), body, begun=False)
        begun = False
        while True:
            try:
                chunk = await self._bounded(anext(stream, None), body, begun=begun)
            except ApiError:
                if ending.is_known:
                    break  # what goes wrong after the end of the answer is not part of it
                raise
            if chunk is None:
                break
            begun = True
            yield chunk.model_dump(exclude_none=True)
            if getattr(stream, "sent_stream_usage", False):
                break  # it was the last; asked for more, LiteLLM puts the answer together again, for logs nobody reads
        yield {"ending": ending.found()}

    async def _bounded(self, waiting: Awaitable[Any], body: Mapping[str, Any], *, begun: bool) -> Any:
        """What is waited for, no longer than the settings allow: LiteLLM's timeout does not bound reads of a stream.

        Raises:
            UnusableAnswer: nothing came in the middle of an answer, as a `stall`.
            Timeout: nothing came before it.
        """
        idle = self._settings.request_timeout
        try:
            async with asyncio.timeout(idle) as clock:
                return await waiting
        except ApiError:
            raise
        except Exception as error:
            if clock.expired():
                raise _silent(str(body["model"]), idle, begun=begun) from error
            raise error_of(error, str(body["model"]), begun=begun, secret=str(body.get("api_key") or "")) from error


def _silent(model: str, seconds: float, *, begun: bool) -> ApiError:
    where = "fell silent in the middle of its answer" if begun else "did not begin to answer"
    text = (
        f"{model} {where} within the {seconds:g} s that plugin.litellm.request_timeout (REQUEST_TIMEOUT) allows. "
        "Ask again; if this comes often, raise it."
    )
    return stalled(text) if begun else Timeout(text)


async def _once(answer: Chunk) -> Chunks:
    """A whole answer as one chunk and its ending."""
    choice = (answer.get("choices") or [{}])[0]
    native = (choice.get("provider_specific_fields") or {}).get("native_finish_reason")
    reason = choice.get("finish_reason")
    kept = {name: answer[name] for name in ("usage", "vertex_ai_grounding_metadata") if answer.get(name)}
    yield {"choices": [{"delta": choice.get("message") or {}}], **kept}
    yield {"ending": {"reason": reason, "native": native or "", "detail": ""}}
