"""Send each Claude model to the model configured for it."""

import re
from functools import lru_cache
from typing import Annotated

from cgb import Env, MessagesRequest, Route, Settings, hookimpl

_GEMINI = "gemini-"
_LITELLM = "litellm"


class ModelMap(Settings):
    """The table `[plugin.model-map]`: where the Claude families go.

    A model is a name of the transport's, or `transport/name` for another transport.
    """

    transport: str = "gemini"
    big_model: Annotated[str, Env("BIG_MODEL")] = "gemini-pro-latest"
    """For opus, sonnet, fable and every other Claude model but haiku."""
    small_model: Annotated[str, Env("SMALL_MODEL")] = "gemini-flash-latest"
    """For haiku: titles, summaries of web pages, small subagents."""


@hookimpl
def describe_settings() -> type[Settings]:
    return ModelMap


@hookimpl
def choose_route(request: MessagesRequest, settings: ModelMap) -> Route | None:
    name = _bare(request.model)
    if name.startswith(_GEMINI):
        why = "a Gemini name goes as it is"
        return _named(name, settings.transport if settings.transport == _LITELLM else "gemini", why)
    if "/" in name:
        return _route(name, settings.transport, "the client named the transport")
    if "haiku" in name:
        return _configured(settings.small_model, settings.transport, "haiku → small_model")
    if name.startswith("claude"):
        return _configured(settings.big_model, settings.transport, "claude-* → big_model")
    return None


def _bare(model: str) -> str:
    """The name without the `[1m]` that asks for a long context, and without the `claude-` that made it discoverable."""
    name = _own(re.sub(r"\[[^\]]*\]$", "", model) if "]" in model else model)
    return name.removeprefix("claude-") if name.startswith("claude-gemini-") or "/" in name else name


def _own(name: str) -> str:
    """A Gemini name without the `models/` that the Gemini API puts before it."""
    return name.removeprefix("models/") if name.startswith(f"models/{_GEMINI}") else name


def _route(model: str, transport: str, why: str) -> Route:
    named, slash, name = _own(model).partition("/")
    return Route(named, name, why=why) if slash else _named(_own(model), transport, why)


_configured = lru_cache(_route)
"""The route to a configured model, which is the same for each request."""


def _named(name: str, transport: str, why: str) -> Route:
    """The way to a model by that transport's name for it: LiteLLM's begin with the provider."""
    is_bare_gemini = transport == _LITELLM and name.startswith(_GEMINI)
    return Route(transport, f"gemini/{name}" if is_bare_gemini else name, why=why)
