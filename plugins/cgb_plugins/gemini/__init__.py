"""Gemini's own REST API as a transport."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from hashlib import blake2b
from typing import Annotated, Any

import orjson
from pydantic import Field, SecretStr
from typing_extensions import override

from cgb import (
    ApiError,
    Context,
    Env,
    Event,
    Finding,
    MessagesRequest,
    Model,
    Route,
    Settings,
    Target,
    Transport,
    hookimpl,
)
from cgb.messages import estimate_tokens

from .asked import Asked
from .fetch import Fetcher
from .hops import Ask, Frame, hops
from .links import Links
from .models import Catalogue
from .request import Converter
from .response import events_of
from .thinking import visible_tokens
from .tools import domains, tool_names
from .wire import Client

log = logging.getLogger("cgb.gemini")

_COUNTS_KEPT = 256
_KEY_MISSING = Finding(
    ok=False,
    text="a route leads to Gemini, but there is no key for it",
    fix="set GEMINI_API_KEY (https://aistudio.google.com/apikey), or try the bridge without one: --demo",
)


class Gemini(Settings):
    """The table `[plugin.gemini]`."""

    api_key: Annotated[SecretStr | None, Env("GEMINI_API_KEY", "GOOGLE_API_KEY")] = None
    base_url: Annotated[str, Env("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_BASE")] = Field(
        default="https://generativelanguage.googleapis.com",
        pattern=r"^https?://(\[[0-9a-fA-F:.]+\]|[^/\[\]\s]+)(:\d+)?(/|$)",
    )
    proxy: Annotated[SecretStr | None, Env("HTTPS_PROXY", "https_proxy")] = None
    """An HTTP proxy on the way to Gemini; `NO_PROXY` is honoured."""
    connect_timeout_s: float = Field(default=30.0, gt=0)
    request_timeout: Annotated[float, Env("REQUEST_TIMEOUT")] = Field(default=300.0, gt=0)
    """The longest silence of Gemini, in seconds: thinking can take minutes."""
    unstreamed: Annotated[bool, Env("FORCE_DISABLE_STREAMING", "EMERGENCY_DISABLE_STREAMING")] = False
    """Ask Gemini for whole answers; clients still get streams."""
    count_timeout_s: float = Field(default=5.0, gt=0)
    """How long Gemini may take to count tokens before an estimate is answered."""
    safety: dict[str, str] = Field(default_factory=dict)
    """Thresholds by category: `HARM_CATEGORY_HARASSMENT = "BLOCK_ONLY_HIGH"`; Gemini's own where there is none."""
    refresh_models: bool = True
    """Whether to ask Gemini for its list of models at the first request."""
    link_limit_mb: int = Field(default=20, ge=1)
    """The largest image or document that is fetched because a request links to it."""
    link_timeout_s: float = Field(default=20.0, gt=0)


@hookimpl
def describe_settings() -> type[Settings]:
    return Gemini


@hookimpl
@asynccontextmanager
async def open_transport(settings: Gemini) -> AsyncIterator[Transport]:
    transport = GeminiTransport(settings)
    try:
        yield transport
    finally:
        await transport.close()


class GeminiTransport(Transport):
    """Sends requests to `streamGenerateContent`, or to `generateContent` where streaming is switched off."""

    def __init__(self, settings: Gemini) -> None:
        self._settings = settings
        self._client = Client(settings)
        self._fetcher = Fetcher(settings.link_limit_mb, settings.link_timeout_s)
        self._links = Links(self._fetcher)
        self._catalogue = Catalogue("gemini")
        self._counted: OrderedDict[bytes, int] = OrderedDict()
        self._refreshing: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Close the pools."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.wait({self._refreshing})
        await self._client.close()
        await self._fetcher.close()

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        self.refresh()
        request = await self._links.fetched(request, ctx)
        family = self._catalogue.family(route.model)
        names = tool_names(request)
        body = Converter(request, family, names, ctx, self._settings.safety).body()
        asked = Asked(
            request=request,
            names=names,
            family=family.name,
            ctx=ctx,
            estimate=partial(estimate_tokens, request),
            context_tokens=family.target.context_tokens,
            visible_tokens=visible_tokens(request, family.target),
            domains=domains(request, family),
        )
        async with (
            aclosing(hops(self._asking(route), body, ctx)) as frames,
            aclosing(events_of(self._learning(frames, route.model), asked)) as events,
        ):
            async for event in events:
                yield event

    def _asking(self, route: Route) -> Ask:
        """How to ask for one hop's frames."""
        if self._settings.unstreamed or route.options.get("unstreamed"):
            return partial(self._whole, route.model)
        return partial(self._client.stream, route.model)

    @asynccontextmanager
    async def _whole(self, model: str, body: dict[str, Any]) -> AsyncIterator[AsyncGenerator[dict[str, Any]]]:
        yield _once(await self._client.call("generateContent", model, body))

    async def _learning(self, frames: AsyncIterable[Frame], model: str) -> AsyncGenerator[Frame]:
        """The frames as they are; the first tells which model an alias leads to now."""
        version = ""
        async for frame in frames:
            if not version:
                version = str(frame.get("modelVersion") or "")
                self._catalogue.learn(model, version)
            yield frame

    @override
    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: Context) -> int:
        """Gemini's own count; an estimate where it is slow or absent."""
        whole = self.render(await self._links.fetched(request, ctx), route)
        body = {"generateContentRequest": {"model": f"models/{route.model}", **whole}}
        key = blake2b(orjson.dumps(body), digest_size=16).digest()
        if key not in self._counted:
            try:
                counted = await self._client.call("countTokens", route.model, body, self._settings.count_timeout_s)
            except ApiError as error:
                ctx.note("estimated", f"Gemini did not count the tokens: {error.message}")
                return estimate_tokens(request)
            self._counted[key] = int(counted.get("totalTokens") or 0) or estimate_tokens(request)
            if len(self._counted) > _COUNTS_KEPT:
                self._counted.popitem(last=False)
        return self._counted[key]

    @override
    def models(self) -> Sequence[Model]:
        return self._catalogue.models

    @override
    def refresh(self) -> None:
        """Ask the service for its models, once, beside whatever is going on; the bundled table serves till then."""
        if self._refreshing is None and self._settings.api_key and self._settings.refresh_models:
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        try:
            self._catalogue.refresh(await self._client.models())
        except ApiError as error:
            log.info("Gemini's list of models could not be read, so the bundled one stays: %s", error.message)

    @override
    def target(self, model: str) -> Target:
        return self._catalogue.family(model).target

    @override
    def missing(self) -> Sequence[Finding]:
        return () if self._settings.api_key else (_KEY_MISSING,)

    @override
    async def check(self) -> Sequence[Finding]:
        if self.missing():
            return self.missing()
        try:
            models = await self._client.models()
        except ApiError as error:
            return (Finding(ok=False, text=error.message),)
        return (Finding(ok=True, text=f"Gemini answers, and the key may use {len(models)} models"),)

    @override
    def render(self, request: MessagesRequest, route: Route) -> Any:
        family = self._catalogue.family(route.model)
        return Converter(request, family, tool_names(request), Context(request), self._settings.safety).body()


async def _once(frame: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    yield frame
