"""A request's way down the list of plugins, and the answer's way back up: the one place that knows the order.

rewrite_request ↓ → choose_route → wrapN( … wrap1( Attempt ) … )
Attempt.send:  fit_request ↓ for that route → route.transport.send → transform_stream ↑
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

from . import plugins as _plugins
from .attempt import Attempt
from .context import Context
from .errors import ApiError, NotFound, UnusableAnswer
from .hooks import HOOKS
from .messages import MessageParam, MessagesRequest, MessageStop, UnknownEvent
from .opening import described, entered, listed
from .steps import Step, blamed, chain, steps
from .transport import Model, Route, Target, Transport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
    from types import CodeType, FrameType

    from .config import Config
    from .messages import Event
    from .plugins import Plugin


@dataclass(frozen=True, slots=True)
class Decider:
    """A plugin's say in where a request goes: the models it listed, then its choose_route."""

    plugin: str
    models: tuple[Model, ...]
    transport: Transport | None
    step: Step | None

    def listed(self) -> Iterator[Model]:
        """The models that the plugin and its transport list."""
        yield from self.models
        if self.transport is not None:
            yield from self.transport.models()

    async def decide(self, request: MessagesRequest, ctx: Context) -> Route | None:
        """The route it chooses, or None to leave that to the plugins listed before it."""
        for model in self.listed():
            if model.id == request.model:
                return model.route
        if self.step is None:
            return None
        route: Route | None = await self.step.answer((Route, type(None)), request=request, ctx=ctx)
        return route


class Pipeline:
    """The plugins of one configuration, opened. Made by `Pipeline.open`."""

    def __init__(
        self, plugins: Sequence[Plugin], transports: Mapping[str, Transport], stages: Mapping[str, tuple[Step, ...]]
    ) -> None:
        self.plugins = tuple(plugins)
        self.transports = transports
        self.watchers = stages["request_finished"]
        self._users = 0
        self._unused: asyncio.Event | None = None
        self._rewrites = stages["rewrite_request"]
        self._deciders = tuple(_deciders(plugins, transports, stages))
        sender: Transport = Attempt(transports, stages["fit_request"], stages["transform_stream"])
        self._wrappers: dict[FrameType | CodeType, Step] = {}
        for step in stages["wrap_transport"]:
            sender = step.begin(Transport, transport=sender)
            if code := getattr(sender.send, "__code__", None):
                self._wrappers[code] = step
        self._sender = sender

    @classmethod
    @asynccontextmanager
    async def open(cls, plugins: Sequence[Plugin], config: Config) -> AsyncIterator[Self]:
        """Open the plugins' transports; they close when the context ends.

        Raises:
            ConfigError, PluginError: settings or plugins are not as they should be.
        """
        manager = _plugins.manager(plugins)
        models = {step.plugin: described(step) for step in steps(manager, "describe_settings", {})}
        settings = config.plugin_settings(models, [plugin.name for plugin in plugins])
        stages = {hook: steps(manager, hook, settings) for hook in HOOKS}
        async with AsyncExitStack() as stack:
            transports = {}
            for step in stages["open_transport"]:
                transports[step.plugin] = await entered(stack, step)
            yield cls(plugins, transports, stages)

    def begin(self) -> None:
        """Something uses it until `end`: whoever opened it may wait for that."""
        self._users += 1

    def end(self) -> None:
        """What began is over."""
        self._users -= 1
        if self._unused is not None and not self._users:
            self._unused.set()

    async def unused(self) -> None:
        """Wait until nothing uses it any more; nothing new may begin meanwhile."""
        if self._users:
            self._unused = asyncio.Event()
            await self._unused.wait()

    async def route(self, request: MessagesRequest, ctx: Context) -> tuple[MessagesRequest, Route]:
        """Rewrite a request and choose where it goes.

        Raises:
            NotFound: no plugin chose a route.
        """
        rewritten = await self.rewrite(request, ctx)
        for decider in reversed(self._deciders):
            route = await decider.decide(rewritten, ctx)
            if route is not None:
                return rewritten, route
        raise self._no_route(request.model)

    async def rewrite(self, request: MessagesRequest, ctx: Context) -> MessagesRequest:
        """The request as every plugin's rewrite_request left it."""
        rewritten: MessagesRequest = await chain(self._rewrites, "request", request, ctx=ctx)
        return rewritten

    async def route_of(self, model: str) -> Route:
        """Where a plain request for a model would go.

        Raises:
            NotFound: no plugin chose a route.
        """
        asked = MessagesRequest(model=model, max_tokens=1, messages=(MessageParam(role="user", content="?"),))
        _, route = await self.route(asked, Context(asked))
        return route

    async def send(self, request: MessagesRequest, ctx: Context) -> AsyncGenerator[Event]:
        """The answer to a request, as events."""
        rewritten, route = await self.route(request, ctx)
        event: Event | None = None
        try:
            async with aclosing(self._sender.send(rewritten, route, ctx)) as events:
                async for event in events:
                    yield event
        except ApiError:
            raise
        except Exception as error:
            if step := blamed(error, self._wrappers):
                raise step.failed(error) from error
            raise
        if not isinstance(event, MessageStop | UnknownEvent):
            raise _unfinished(event, ctx)

    async def count_tokens(self, request: MessagesRequest, ctx: Context) -> int:
        """How many tokens the upstream of this request would read."""
        rewritten, route = await self.route(request, ctx)
        return await self._sender.count_tokens(rewritten, route, ctx)

    def models(self) -> tuple[Model, ...]:
        """The models the client may pick; of two with the same id, the one listed last."""
        found = {model.id: model for decider in self._deciders for model in decider.listed()}
        return tuple(found.values())

    def target(self, route: Route) -> Target:
        """Facts about the model a route leads to."""
        return self._sender.target_of(route)

    def _no_route(self, name: str) -> NotFound:
        known = [model.id for model in self.models()]
        near = get_close_matches(name, known, n=3) or known[:5]
        hint = f" The nearest known models: {', '.join(near)}." if near else ""
        return NotFound(f"no plugin has a route for the model {name!r}.{hint}")


def _unfinished(last: Event | None, ctx: Context) -> UnusableAnswer:
    """What to say of a transport that breaks its promise to raise where an answer is not whole."""
    where = f"the answer by {ctx.routes[-1]}" if ctx.routes else "the answer"
    if last is None:
        return UnusableAnswer(f"{where} was empty.", kind="empty")
    return UnusableAnswer(f"{where} ended without message_stop.", kind="cut")


def _deciders(
    plugins: Sequence[Plugin], transports: Mapping[str, Transport], stages: Mapping[str, tuple[Step, ...]]
) -> Iterator[Decider]:
    listing = {step.plugin: step for step in stages["list_models"]}
    choosing = {step.plugin: step for step in stages["choose_route"]}
    for plugin in plugins:
        models = listed(listing[plugin.name]) if plugin.name in listing else ()
        yield Decider(plugin.name, models, transports.get(plugin.name), choosing.get(plugin.name))
