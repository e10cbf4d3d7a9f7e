"""Gemini's own REST API as a transport."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
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
from cgb.upstream import Address, UpstreamSettings

from .asked import Asked
from .fetch import Fetcher
from .keys import Note
from .links import Links
from .models import Catalogue, Dialect
from .request import Converter
from .response import Ask, Prepared, events_of
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


class Gemini(UpstreamSettings):
    """The table `[plugin.gemini]`."""

    api_key: Annotated[SecretStr | None, Env("GEMINI_API_KEY", "GOOGLE_API_KEY")] = None
    api_keys: Annotated[tuple[Annotated[SecretStr, Field(min_length=1)], ...], Env("GEMINI_API_KEYS")] = ()
    """Further keys, for when that one's quota is used up; each should be of another project, as quotas are."""
    base_url: Annotated[Address, Env("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_BASE")] = (
        "https://generativelanguage.googleapis.com"
    )
    unstreamed: Annotated[bool, Env("FORCE_DISABLE_STREAMING", "EMERGENCY_DISABLE_STREAMING")] = False
    """Ask Gemini for whole answers; clients still get streams."""
    count_timeout_s: float = Field(default=5.0, gt=0)
    """How long Gemini may take to count tokens before an estimate is answered."""
    safety: dict[str, str] = Field(default_factory=dict)
    """Thresholds by category: `HARM_CATEGORY_HARASSMENT = "BLOCK_ONLY_HIGH"`; Gemini's own where there is none."""
    schema_dialect: Dialect = "gemini-json-schema"
    """How tools are declared: as `parametersJsonSchema`, or as `parameters` (`openapi`) to a gateway that knows no
    other."""
    refresh_models: bool = True
    """Whether to ask Gemini for its list of models at the first request."""
    link_limit_mb: int = Field(default=20, ge=1)
    """The largest image or document that is fetched because a request links to it."""
    link_timeout_s: float = Field(default=20.0, gt=0)

    @property
    def keys(self) -> tuple[SecretStr, ...]:
        """All keys, each once, `api_key` first."""
        return tuple(dict.fromkeys((*((self.api_key,) if self.api_key else ()), *self.api_keys)))


@hookimpl
def describe_settings() -> type[Settings]:
    return Gemini


@hookimpl
def open_transport(settings: Gemini) -> AbstractAsyncContextManager[Transport]:
    return aclosing(GeminiTransport(settings))


class GeminiTransport(Transport):
    """Sends requests to `streamGenerateContent`, or to `generateContent` where streaming is switched off."""

    def __init__(self, settings: Gemini) -> None:
        self._settings = settings
        self._client = Client(settings, self._names)
        self._fetcher = Fetcher(settings.link_limit_mb, settings.link_timeout_s)
        self._links = Links(self._fetcher)
        self._catalogue = Catalogue("gemini", settings.schema_dialect)
        self._counted: OrderedDict[bytes, int] = OrderedDict()
        self._refreshing: asyncio.Task[None] | None = None

    async def aclose(self) -> None:
        """Close the pools."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            await asyncio.wait({self._refreshing})
        await self._client.aclose()
        await self._fetcher.aclose()

    @override
    def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        return events_of(partial(self._prepared, request, route, ctx))

    async def _prepared(self, request: MessagesRequest, route: Route, ctx: Context) -> Prepared:
        """What is asked, and how."""
        self.refresh()
        request = await self._links.fetched(request, ctx)
        family = self._catalogue.family(route.model)
        names = tool_names(request)
        body = Converter(request, family, names, ctx, self._settings.safety, route.options).body()
        asked = Asked(
            request=request,
            names=names,
            family=family.name,
            ctx=ctx,
            estimate=partial(estimate_tokens, request),
            context_tokens=family.target.context_tokens,
            visible_tokens=visible_tokens(request, family.target),
            domains=domains(request, family),
            learn=partial(self._catalogue.learn, route.model),
        )
        return Prepared(self._asking(route, ctx), body, asked)

    def _asking(self, route: Route, ctx: Context) -> Ask:
        """How to ask for one hop's frames."""
        if self._settings.unstreamed or route.options.get("unstreamed"):
            return lambda body: aclosing(self._whole(route.model, body, ctx.note))
        return partial(self._client.stream, route.model, note=ctx.note)

    async def _whole(self, model: str, body: dict[str, Any], note: Note) -> AsyncGenerator[list[dict[str, Any]]]:
        yield [await self._client.call("generateContent", model, body, note)]

    def _names(self) -> set[str]:
        """The models there are, as Gemini names them."""
        return {model.route.model for model in self._catalogue.models}

    @override
    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: Context) -> int:
        """Gemini's own count; an estimate where it is slow or absent."""
        whole = self.render(await self._links.fetched(request, ctx), route)
        body = {"generateContentRequest": {"model": f"models/{route.model}", **whole}}
        key = blake2b(orjson.dumps(body), digest_size=16).digest()
        if key not in self._counted:
            try:
                counted = await self._client.call("countTokens", route.model, body, ctx.note, "count_timeout_s")
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
        if self._refreshing is None and self._settings.refresh_models and self._settings.keys:
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        try:
            self._catalogue.refresh(await self._client.keys.use("models", self._client.models))
        except ApiError as error:
            log.info("Gemini's list of models could not be read, so the bundled one stays: %s", error.message)

    @override
    def target(self, model: str) -> Target:
        return self._catalogue.family(model).target

    @override
    def missing(self) -> Sequence[Finding]:
        return () if self._settings.keys else (_KEY_MISSING,)

    @override
    async def check(self) -> Sequence[Finding]:
        """What each key may do."""
        return self.missing() or [await self._checked(place) for place in range(len(self._client.keys))]

    async def _checked(self, place: int) -> Finding:
        keys = self._client.keys
        which = f"{keys.name(place)}: " if len(keys) > 1 else ""
        try:
            models = await self._client.models(keys[place])
        except ApiError as error:
            return Finding(ok=False, text=f"{which}{error.message}")
        return Finding(ok=True, text=f"{which}Gemini answers, and the key may use {len(models)} models")

    @override
    def render(self, request: MessagesRequest, route: Route) -> Any:
        family = self._catalogue.family(route.model)
        names, safety = tool_names(request), self._settings.safety
        return Converter(request, family, names, Context(request), safety, route.options).body()
