"""Gemini's own REST API as a transport."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Annotated, Any

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

from .models import family_of, listed
from .request import Converter, tool_names
from .response import events_of
from .wire import Client

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
    proxy: Annotated[str | None, Env("HTTPS_PROXY", "https_proxy")] = None
    """An HTTP proxy on the way to Gemini; `NO_PROXY` is honoured."""
    connect_timeout_s: float = Field(default=30.0, gt=0)
    request_timeout: Annotated[float, Env("REQUEST_TIMEOUT")] = Field(default=300.0, gt=0)
    """The longest silence of Gemini, in seconds: thinking can take minutes."""
    unstreamed: Annotated[bool, Env("FORCE_DISABLE_STREAMING", "EMERGENCY_DISABLE_STREAMING")] = False
    """Ask Gemini for whole answers; clients still get streams."""
    count_timeout_s: float = Field(default=5.0, gt=0)
    """How long Gemini may take to count tokens before an estimate is answered."""


@hookimpl
def describe_settings() -> type[Settings]:
    return Gemini


@hookimpl
@asynccontextmanager
async def open_transport(settings: Gemini) -> AsyncIterator[Transport]:
    client = Client(settings)
    try:
        yield GeminiTransport(client, settings)
    finally:
        await client.close()


class GeminiTransport(Transport):
    """Sends requests to `streamGenerateContent`, or to `generateContent` where streaming is switched off."""

    def __init__(self, client: Client, settings: Gemini) -> None:
        self._client = client
        self._settings = settings
        self._models = listed("gemini")

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        names = tool_names(request)
        body = Converter(request, family_of(route.model), names, ctx).body()
        estimate = partial(estimate_tokens, request)
        if self._settings.unstreamed or route.options.get("unstreamed"):
            answer = _once(await self._client.call("generateContent", route.model, body))
            async for event in events_of(answer, request, names, estimate):
                yield event
            return
        async with (
            self._client.stream(route.model, body) as frames,
            aclosing(frames),
            aclosing(events_of(frames, request, names, estimate)) as events,
        ):
            async for event in events:
                yield event

    @override
    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: Context) -> int:
        """Gemini's own count; an estimate where it is slow or absent."""
        whole = self.render(request, route)
        body = {"generateContentRequest": {"model": f"models/{route.model}", **whole}}
        try:
            counted = await self._client.call("countTokens", route.model, body, self._settings.count_timeout_s)
        except ApiError as error:
            ctx.note("estimated", f"Gemini did not count the tokens: {error.message}")
            return estimate_tokens(request)
        return int(counted.get("totalTokens") or 0) or estimate_tokens(request)

    @override
    def models(self) -> Sequence[Model]:
        return self._models

    @override
    def target(self, model: str) -> Target:
        return family_of(model).target

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
            return (Finding(ok=False, text=error.message, fix="see the message"),)
        return (Finding(ok=True, text=f"Gemini answers, and the key may use {len(models)} models"),)

    @override
    def render(self, request: MessagesRequest, route: Route) -> Any:
        ctx = Context(request)
        return Converter(request, family_of(route.model), tool_names(request), ctx).body()


async def _once(frame: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    yield frame
