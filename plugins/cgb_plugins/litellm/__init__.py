"""Any model that LiteLLM knows, as a transport; LiteLLM is imported by the first request that needs it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import Field, SecretStr
from typing_extensions import override

from cgb import (
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
from .models import LISTED, Dialect, Family, family_of
from .names import tool_names
from .request import Converter
from .response import events_of
from .wire import Client

_DIALECTS: dict[str, Dialect] = {"gemini/*": "openapi", "vertex_ai/*": "openapi"}


class LiteLLM(Settings):
    """The table `[plugin.litellm]`."""

    api_key: SecretStr | None = None
    """The key for every provider that `api_keys` does not name; without one, LiteLLM reads each provider's variable."""
    api_keys: dict[str, SecretStr] = Field(default_factory=dict)
    """Keys by model glob: `"openrouter/*" = "sk-…"`; the first that fits counts."""
    api_base: str | None = Field(default=None, pattern=r"^https?://")
    """The address of every provider that `extra` gives no `api_base`; LiteLLM's own where there is none."""
    gemini_api_key: Annotated[SecretStr | None, Env("GEMINI_API_KEY", "GOOGLE_API_KEY")] = None
    """The key for `gemini/*`, unless `api_keys` or `api_key` is set."""
    gemini_base_url: Annotated[str | None, Env("GOOGLE_GEMINI_BASE_URL", "GEMINI_API_BASE")] = Field(
        default=None, pattern=r"^https?://"
    )
    """The address for `gemini/*`, as the `gemini` transport has it: without version."""
    extra: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Further arguments of `litellm.acompletion` by model glob: `[plugin.litellm.extra."ollama/*"]`; no keys here."""
    request_timeout: Annotated[float, Env("REQUEST_TIMEOUT")] = Field(default=300.0, gt=0)
    """The longest silence before and within an answer, in seconds."""
    unstreamed: Annotated[bool, Env("FORCE_DISABLE_STREAMING", "EMERGENCY_DISABLE_STREAMING")] = False
    """Ask for whole answers; clients still get streams."""
    schema_dialect: dict[str, Dialect] = Field(default_factory=dict)
    """How tools are declared, by model glob: `openapi` for Gemini's, for LiteLLM knows no other there; else
    `json-schema`."""

    def key(self, model: str) -> SecretStr | None:
        """The key for a model; None leaves it to LiteLLM."""
        named = next((key for glob, key in self.api_keys.items() if fnmatchcase(model, glob)), self.api_key)
        return named or (self.gemini_api_key if model.startswith("gemini/") else None)

    def base(self, model: str) -> str | None:
        """The address for a model; None leaves it to LiteLLM."""
        if self.api_base is None and self.gemini_base_url is not None and model.startswith("gemini/"):
            return self.gemini_base_url.rstrip("/").removesuffix("/v1beta") + "/v1beta"
        return self.api_base


@hookimpl
def describe_settings() -> type[Settings]:
    return LiteLLM


@hookimpl
def open_transport(settings: LiteLLM) -> AbstractAsyncContextManager[Transport]:
    return aclosing(LiteLLMTransport(settings))


_MODELS = tuple(
    Model(
        f"{prefix}litellm/{name}",
        Route("litellm", name, why="picked by name"),
        f"{name.rpartition('/')[2]} (LiteLLM)",
        decides=False,
    )
    for prefix in ("claude-", "")
    for name in LISTED
)


class LiteLLMTransport(Transport):
    """Sends requests through `litellm.acompletion`."""

    def __init__(self, settings: LiteLLM) -> None:
        self._settings = settings
        self._client = Client(settings)
        self._dialects = settings.schema_dialect | {
            glob: dialect for glob, dialect in _DIALECTS.items() if glob not in settings.schema_dialect
        }

    async def aclose(self) -> None:
        """Close LiteLLM's connections, if it made any."""
        await self._client.close()

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        await self._client.load()  # whose table of models the converter asks
        converter = self._converter(request, route, ctx)
        asked = Asked(request, route.model, converter.family, converter.names, ctx, estimate_tokens(request))
        body = converter.body() | self._access(route.model)
        ask = (
            self._client.whole if self._settings.unstreamed or route.options.get("unstreamed") else self._client.stream
        )
        async with ask(body) as chunks, aclosing(events_of(chunks, asked)) as events:
            async for event in events:
                yield event

    def _family(self, model: str) -> Family:
        return family_of(model, self._dialects)

    def _converter(self, request: MessagesRequest, route: Route, ctx: Context) -> Converter:
        return Converter(
            request,
            route.model,
            self._family(route.model),
            tool_names(request),
            ctx,
            self._settings.extra,
            route.options,
        )

    def _access(self, model: str) -> dict[str, Any]:
        """Where and with what to ask; no repeats, for the ladder asks again and knows what was shown already."""
        key, base = self._settings.key(model), self._settings.base(model)
        given = {"api_key": key.get_secret_value() if key else None, "api_base": base}
        for glob, further in self._settings.extra.items():
            if fnmatchcase(model, glob) and "api_base" in further:
                given.pop("api_base", None)
        return {"max_retries": 0, "num_retries": 0} | {name: value for name, value in given.items() if value}

    @override
    def models(self) -> Sequence[Model]:
        return _MODELS

    @override
    def target(self, model: str) -> Target:
        return self._family(model).target

    @override
    async def check(self) -> Sequence[Finding]:
        """Whether LiteLLM can be imported; which providers it may use only a request shows."""
        try:
            await self._client.load()
        except ImportError as error:
            return [Finding(ok=False, text=f"LiteLLM cannot be imported: {error}", fix="reinstall the bridge")]
        return [Finding(ok=True, text="LiteLLM is installed and can be imported")]

    @override
    def render(self, request: MessagesRequest, route: Route) -> Any:
        """The arguments of `acompletion`, without key and address."""
        return self._converter(request, route, Context(request)).body()
