"""The Messages API itself as a transport: Anthropic's own, or any server that speaks it."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
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
    NotFound,
    Route,
    Settings,
    Target,
    Transport,
    hookimpl,
)
from cgb.messages import estimate_tokens
from cgb.upstream import Address, UpstreamSettings

from .answer import events_of
from .request import native
from .wire import Client

_MEDIA = ("image/*", "application/pdf", "text/plain")
_LONG, _USUAL = 1_000_000, 200_000
_KEY_MISSING = Finding(
    ok=False,
    text="there is no key for Anthropic's API",
    fix="set ANTHROPIC_API_KEY (https://platform.claude.com), or plugin.anthropic.base_url to a server without keys",
)


class Anthropic(UpstreamSettings):
    """The table `[plugin.anthropic]`."""

    api_key: Annotated[SecretStr | None, Env("ANTHROPIC_API_KEY")] = None
    """Sent as `x-api-key`. ANTHROPIC_AUTH_TOKEN is not read: it is what Claude Code shows to the bridge."""
    auth_token: SecretStr | None = None
    """Sent as `Authorization: Bearer`, for servers that want it so."""
    base_url: Address = "https://api.anthropic.com"
    """ANTHROPIC_BASE_URL is not read: it leads Claude Code to the bridge."""
    count_timeout_s: float = Field(default=5.0, gt=0)
    """How long counting tokens may take before an estimate is answered."""
    models: tuple[str, ...] = ()
    """Models that clients may pick and that go there under the same name, such as `claude-opus-5-5`."""


@hookimpl
def describe_settings() -> type[Settings]:
    return Anthropic


@hookimpl
def list_models(settings: Anthropic) -> Iterable[Model]:
    return [Model(name, Route("anthropic", name, why="plugin.anthropic.models")) for name in settings.models]


@hookimpl
def open_transport(settings: Anthropic) -> AbstractAsyncContextManager[Transport]:
    return aclosing(AnthropicTransport(settings))


class AnthropicTransport(Transport):
    """Hands requests on to `/v1/messages` as they came, less what cgb put into their history."""

    def __init__(self, settings: Anthropic) -> None:
        self._settings = settings
        self._client = Client(settings)

    async def aclose(self) -> None:
        """Close the pool."""
        await self._client.aclose()

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        body = orjson.dumps(self._body(request, route, ctx))
        async with (
            self._client.stream(body, ctx) as chunks,
            aclosing(events_of(chunks, request.model, self._client.host)) as events,
        ):
            async for event in events:
                yield event

    def _body(self, request: MessagesRequest, route: Route, ctx: Context) -> dict[str, Any]:
        return {**native(request, ctx.note), "model": route.model, "stream": True}

    @override
    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: Context) -> int:
        """The server's own count; an estimate where it is slow or absent."""
        body = {**native(request, ctx.note), "model": route.model}
        # What only an answer needs is refused here; a route may have set it all the same.
        for name in ("max_tokens", "stream"):
            body.pop(name, None)
        try:
            return await self._client.count(orjson.dumps(body), ctx)
        except ApiError as error:
            ctx.note("estimated", f"{self._client.host} did not count the tokens: {error.message}")
            return estimate_tokens(request)

    @override
    def target(self, model: str) -> Target:
        # No stage fits a native request, so only what says where it may go at all is known here.
        return Target(
            context_tokens=_LONG if model.endswith("[1m]") else _USUAL,
            media=_MEDIA,
            media_in_tool_results=_MEDIA,
            tool_name_length=128,
            native=True,
            family="claude" if "claude" in model else "",
        )

    @override
    def missing(self) -> Sequence[Finding]:
        needs_key = self._client.host.endswith("anthropic.com")
        has_key = self._settings.api_key or self._settings.auth_token
        return (_KEY_MISSING,) if needs_key and not has_key else ()

    @override
    async def check(self) -> Sequence[Finding]:
        """Whether the server answers and takes the key."""
        return self.missing() or (await self._checked(),)

    async def _checked(self) -> Finding:
        host = self._client.host
        try:
            await self._client.check()
        except NotFound:
            return Finding(ok=True, text=f"{host} answers, but lists no models, so its key is not known to be good")
        except ApiError as error:
            return Finding(ok=False, text=error.message)
        return Finding(ok=True, text=f"{host} answers and takes the key")

    @override
    def render(self, request: MessagesRequest, route: Route) -> Any:
        return self._body(request, route, Context(request))
