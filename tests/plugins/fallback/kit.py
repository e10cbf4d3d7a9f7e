"""What the tests of fallback share."""

from contextlib import asynccontextmanager
from types import SimpleNamespace

from cgb import Context, Message, Route, hookimpl
from cgb.config import Config
from cgb.messages import Writer, events_of
from cgb.testing import Asked, ScriptedTransport, aask, opened, plugin_of, request_of
from cgb_plugins import fallback

A, B, C = (Route(name, "m") for name in "abc")
CHAIN = Route("a", "m", fallbacks=(B, C))


class Clock:
    """A time that stands still until it is moved."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def choosing(route):
    """A plugin that sends everything the same way."""

    @hookimpl
    def choose_route():
        return route

    return SimpleNamespace(choose_route=choose_route)


def context_of():
    return Context(request_of("Hi"))


def config_of(**settings):
    return Config(options={f"plugin.fallback.{name}": value for name, value in settings.items()})


def thought(words="hm"):
    """The beginning of an answer that has only thought so far."""
    writer = Writer("claude-sonnet-5")
    return [*writer.start(), *writer.thinking(words)]


def said(words="Hel"):
    """The beginning of an answer with its first words."""
    writer = Writer("claude-sonnet-5")
    return [*writer.start(), *writer.text(words)]


def called():
    """The beginning of an answer that calls a tool."""
    block = {"type": "tool_use", "id": "toolu_1", "name": "Bash", "input": {}}
    message = Message(id="msg_1", model="m", content=(block,), stop_reason="tool_use")
    return list(events_of(message))[:2]


def plugins_of(scripts, route=CHAIN, further=()):
    """A transport for each script, by name, the plugins between, and fallback."""
    transports = {name: ScriptedTransport(*answers) for name, answers in scripts.items()}
    listed = [plugin_of(transport, name) for name, transport in transports.items()]
    return transports, [*listed, choosing(route), *further, fallback]


async def fallen(*, route=CHAIN, further=(), settings=None, **scripts) -> Asked:
    """What a client gets."""
    _, plugins = plugins_of(scripts, route, further)
    return await aask("Hi", plugins, config_of(**settings or {}))


@asynccontextmanager
async def pipeline_of(**scripts):
    """The pipeline, open, and its transports."""
    transports, plugins = plugins_of(scripts)
    async with opened(plugins) as pipeline:
        yield pipeline, transports


def words_of(message):
    return [block.get("thinking", block.get("text")) for block in message.content]
