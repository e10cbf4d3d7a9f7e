"""Answer the client's trivial calls here, without a model: the session's title, and the probe of a quota."""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import orjson
from pydantic import Field

from cgb import Context, Event, MessagesRequest, Route, Settings, Target, TextBlock, Transport, Usage, hookimpl
from cgb.messages import Writer

_NAME = "short-circuit"
_SESSION = re.compile(r"<session>(.*?)</session>", re.DOTALL)
_SAID_BY_THE_CLIENT = re.compile(r"<(system-reminder|local-command-\w+|command-\w+)>.*?</\1>", re.DOTALL)


class ShortCircuit(Settings):
    """The table `[plugin.short-circuit]`."""

    titles: bool = True
    """Name a session after the first words that were said in it."""
    quota: bool = True
    """Answer the one-token request by which older clients look whether they have any quota left."""
    title_length: int = Field(default=50, ge=10)
    """The most characters of a title."""


@hookimpl
def describe_settings() -> type[Settings]:
    return ShortCircuit


@hookimpl
def choose_route(request: MessagesRequest, ctx: Context, settings: ShortCircuit) -> Route | None:
    # Another client's answer with one member `title` is a question to a model.
    if not ctx.headers.get("user-agent", "").startswith("claude-cli"):
        return None
    if settings.titles and ctx.kind == "title" and not request.tools:
        return Route(_NAME, "title", why="a title needs no model")
    if settings.quota and request.max_tokens == 1 and _words(request).strip() == "quota":
        return Route(_NAME, "quota", why="a probe needs no model")
    return None


@hookimpl
@asynccontextmanager
async def open_transport(settings: ShortCircuit) -> AsyncIterator[Transport]:
    yield _Here(settings.title_length)


class _Here(Transport):
    def __init__(self, title_length: int) -> None:
        self._title_length = title_length

    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:  # noqa: ARG002
        writer = Writer(request.model)
        for event in writer.start():
            yield event
        text = orjson.dumps({"title": self._title(request)}).decode() if route.model == "title" else "."
        for event in writer.text(text):
            yield event
        for event in writer.finish("end_turn" if route.model == "title" else "max_tokens", Usage()):
            yield event

    def target(self, model: str) -> Target:  # noqa: ARG002
        return Target(native=True)  # nothing has to be fitted for nobody

    def _title(self, request: MessagesRequest) -> str:
        """The first words of the session, cut between two of them."""
        said = _words(request)
        session = _SESSION.search(said)
        text = " ".join(_SAID_BY_THE_CLIENT.sub(" ", session[1] if session else said).split())
        if len(text) > self._title_length:
            whole_words, space, _ = text[: self._title_length].rpartition(" ")
            text = (whole_words if space else text[: self._title_length - 1]) + "…"
        return text or "New session"


def _words(request: MessagesRequest) -> str:
    """All that the one message says; "" where there are more."""
    if len(request.messages) != 1:
        return ""
    return "\n".join(block.text for block in request.messages[0].blocks if isinstance(block, TextBlock))
