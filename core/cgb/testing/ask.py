"""Ask one request through a real pipeline."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ..config import Config
from ..exchange import Exchange
from ..hooks import hookimpl
from ..isolation.watchers import watched
from ..messages import Event, MessageParam, MessagesRequest
from ..pipeline import Pipeline
from ..plugins import Plugin, check, installed
from ..transport import Route, Transport
from .streams import assert_stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from ..context import Context, Note
    from ..messages import Message
    from ..record import Record

Pluggable: TypeAlias = Plugin | Transport | ModuleType | SimpleNamespace
"""What can stand in a list of plugins: one that is made, a module, a namespace of hooks, or a transport,
which takes every request that no later plugin sends elsewhere."""

SCRIPTED = "scripted"
"""The name under which a transport stands in a list of plugins."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a request."""

    message: Message
    events: tuple[Event, ...]
    record: Record
    ctx: Context

    @property
    def notes(self) -> tuple[Note, ...]:
        """What plugins noted."""
        return self.record.notes


def ask(
    request: MessagesRequest | Mapping[str, Any] | str,
    plugins: Iterable[Pluggable],
    config: Config | None = None,
    headers: Mapping[str, str] | None = None,
) -> Asked:
    """Send a request through the pipeline of these plugins, as the server would.

    `ask("Hello", [ScriptedTransport("Hello yourself."), my_plugin]).message`

    Args:
        request: the request, its JSON object, or the words of a user.
        plugins: modules, namespaces of hooks or transports, in their order.
        config: what was configured; nothing, unless given.
        headers: the client's headers, names in lower case.

    Raises:
        ApiError: the request failed.
        AssertionError: the answer's events are not in the grammar.
    """
    return asyncio.run(aask(request, plugins, config, headers))


async def aask(
    request: MessagesRequest | Mapping[str, Any] | str,
    plugins: Iterable[Pluggable],
    config: Config | None = None,
    headers: Mapping[str, str] | None = None,
) -> Asked:
    """`ask`, for who is in an event loop already."""
    async with opened(plugins, config) as pipeline:
        exchange = Exchange(pipeline, request_of(request), headers or {})
        events: list[Event] = []
        try:
            async with aclosing(exchange.events()) as answer:
                events.extend([event async for event in answer])
        finally:
            record = exchange.finish()
            await watched()
    return Asked(assert_stream(events), tuple(events), record, exchange.ctx)


@asynccontextmanager
async def opened(plugins: Iterable[Pluggable], config: Config | None = None) -> AsyncIterator[Pipeline]:
    """The pipeline of these plugins."""
    made = [plugin_of(one, f"plugin-{place}" * _is_nameless(one)) for place, one in enumerate(plugins, 1)]
    async with Pipeline.open(made, config or Config()) as pipeline:
        yield pipeline


def request_of(asked: MessagesRequest | Mapping[str, Any] | str) -> MessagesRequest:
    """A request from its JSON object, or from the words of a user."""
    if isinstance(asked, str):
        user = MessageParam(role="user", content=asked)
        return MessagesRequest(model="claude-sonnet-5", max_tokens=1024, messages=(user,))
    return asked if isinstance(asked, MessagesRequest) else MessagesRequest.model_validate(asked)


def plugin_of(given: Pluggable, name: str = "") -> Plugin:
    """A plugin, checked, from what stands in a list of them.

    Args:
        given: the module or namespace with its hooks, or a transport.
        name: what to call it; without one, as it is installed, or after its module.

    Raises:
        PluginError: it is not what the hooks expect.
    """
    match given:
        case Plugin():
            plugin = given
        case Transport():
            plugin = Plugin(name or SCRIPTED, _bringing(given, name or SCRIPTED), "cgb.testing")
        case _:
            module = cast("ModuleType", given)
            plugin = Plugin(name or _name(module), module, "cgb.testing")
    check(plugin)
    return plugin


def _is_nameless(given: Pluggable) -> bool:
    return isinstance(given, SimpleNamespace) and not hasattr(given, "__name__")


def _name(module: ModuleType) -> str:
    own: str = getattr(module, "__name__", "plugin")
    known = {found.module: found.name for found in installed().values()}
    return known.get(own) or own.rpartition(".")[2].replace("_", "-")


def _bringing(transport: Transport, name: str) -> ModuleType:
    """A plugin that brings a transport and sends everything there."""

    @hookimpl
    @asynccontextmanager
    async def open_transport() -> AsyncIterator[Transport]:
        yield transport

    @hookimpl
    def choose_route(request: MessagesRequest) -> Route:
        return Route(name, request.model)

    return cast("ModuleType", SimpleNamespace(open_transport=open_transport, choose_route=choose_route))
