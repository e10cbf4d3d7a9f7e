"""A request's way down the list of plugins, and the answer's way back up: the one place that knows the order.

rewrite_request ↓ → choose_route → wrapN( … wrap1( Attempt ) … )
Attempt.send:  fit_request ↓ for that route → route.transport.send → transform_stream ↑
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Self

from . import plugins as _plugins
from .attempt import Attempt
from .context import Context
from .deciders import deciders
from .errors import ApiError, Internal, NotFound, UnusableAnswer
from .hooks import HOOKS
from .isolation.guarded import GuardedTransport
from .isolation.owners import owners_of
from .isolation.watch import WATCHED, Watch, read
from .isolation.watchers import Watcher
from .log import log
from .messages import Grammar, GrammarError, MessageParam, MessagesRequest
from .opening import described, entered
from .steps import Step, chain, steps
from .transport import Model, Route, Target, Transport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence

    from .config import Config
    from .isolation.stats import PluginStats
    from .messages import Event
    from .plugins import Plugin


class Pipeline:
    """The plugins of one configuration, opened. Made by `Pipeline.open`."""

    def __init__(
        self, plugins: Sequence[Plugin], transports: Mapping[str, Transport], stages: Mapping[str, tuple[Step, ...]]
    ) -> None:
        self.plugins = tuple(plugins)
        opening = {step.plugin: step for step in stages["open_transport"]}
        self.transports = {name: GuardedTransport(one, opening[name]) for name, one in transports.items()}
        self.steps = tuple(step for found in stages.values() for step in found)
        self.stats = {step.plugin: step.owner.stats for step in self.steps}
        self.watchers = tuple(map(Watcher, stages["request_finished"]))
        self._users = 0
        self._unused: asyncio.Event | None = None
        self._rewrites = stages["rewrite_request"]
        self._deciders = deciders(plugins, self.transports, stages)
        # A plugin that wraps or transforms may spoil an answer that the transport gave whole.
        self._answering = [step for hook in ("transform_stream", "wrap_transport") for step in stages[hook]]
        sender: Transport = Attempt(self.transports, stages["fit_request"], stages["transform_stream"])
        for step in stages["wrap_transport"]:
            sender = GuardedTransport(step.begin(Transport, transport=sender), step)
        self._sender = sender
        self._is_watch_due, self._unwatched = True, 0

    @classmethod
    @asynccontextmanager
    async def open(
        cls, plugins: Sequence[Plugin], config: Config, stats: dict[str, PluginStats] | None = None
    ) -> AsyncIterator[Self]:
        """Open the plugins' transports; they close when the context ends.

        Args:
            plugins: in their order.
            config: their settings.
            stats: where what they cost and do wrong is counted, by name.

        Raises:
            ConfigError, PluginError: settings or plugins are not as they should be.
        """
        manager = _plugins.manager(plugins)
        owners = owners_of(plugins, config.server, {} if stats is None else stats)
        models = {step.plugin: described(step) for step in steps(manager, "describe_settings", {}, owners)}
        settings = config.plugin_settings(models, [plugin.name for plugin in plugins])
        stages = {hook: steps(manager, hook, settings, owners) for hook in HOOKS}
        async with AsyncExitStack() as stack:
            transports = {}
            for step in stages["open_transport"]:
                transports[step.plugin] = await entered(stack, step)
            yield cls(plugins, transports, stages)

    def begin(self) -> None:
        """Something uses it until `end`: whoever opened it may wait for that."""
        self._users += 1

    def end(self, took_part: Iterable[str] = ()) -> None:
        """What began is over, and these plugins took part in it."""
        for name in took_part:
            self.stats[name].requests += 1
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
        """The answer to a request, as events.

        Raises:
            ApiError: the request failed, or what came is no whole answer; whatever a plugin or the core itself raises
                has become one.
        """
        grammar, repeats, index = Grammar(), None, -1
        try:
            rewritten, route = await self.route(request, ctx)
            self._watch(ctx)
            events = self._sender.send(rewritten, route, ctx)
            try:
                async for event in events:
                    if type(event) is not repeats or event.index != index:  # type: ignore[union-attr]
                        read(grammar, event)
                        repeats, index = grammar.repeats, grammar.index
                        ctx.seen.read(event)
                    yield event
            finally:
                await events.aclose()
            if not grammar.complete:
                how, kind = ("ended without message_stop", "cut") if grammar.started else ("was empty", "empty")
                raise self._spoilt(how, kind, ctx)  # noqa: TRY301 - all errors are noted in one place
        except ApiError as error:
            ctx.seen.error = error
            raise
        except Exception as error:
            if isinstance(error, GrammarError) and not ctx.layers.blamed(error):
                ctx.seen.error = self._spoilt(f"is out of order: {error}", "malformed", ctx)
                raise ctx.seen.error from None
            ctx.seen.error = failed(error, ctx)
            raise ctx.seen.error from error

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

    def _watch(self, ctx: Context) -> None:
        """Let the first answer be watched, one in so many that follow, and the one after any that was spoilt."""
        self._unwatched += 1
        if self._is_watch_due or self._unwatched == WATCHED:
            ctx.layers.watch = Watch(ctx.plugin_s, self._unwatched)
            self._is_watch_due, self._unwatched = False, 0

    def _spoilt(self, how: str, kind: str, ctx: Context) -> ApiError:
        """What to say of an answer that is not whole, or out of order: whose fault it is, if the answer was watched."""
        self._is_watch_due = True
        suspect = ctx.layers.watch.suspect if ctx.layers.watch else None
        if suspect and (kind == "malformed" or suspect[0].hook != "Transport.send"):
            return suspect[0].broken(suspect[1])
        where = f"the answer by {ctx.routes[-1]}" if ctx.routes else "the answer"
        among = ""
        if suspect is None:
            through = ", ".join(dict.fromkeys(step.named for step in self._answering))
            among = f" If the transport gave it whole, one of these spoilt it: {through}." if through else ""
        return UnusableAnswer(f"{where} {how}.{among}", kind=kind)

    def _no_route(self, name: str) -> NotFound:
        known = [model.id for model in self.models()]
        near = get_close_matches(name, known, n=3) or known[:5]
        hint = f" The nearest known models: {', '.join(near)}." if near else ""
        return NotFound(f"no plugin has a route for the model {name!r}.{hint}")


def failed(error: BaseException, ctx: Context) -> ApiError:
    """The error a client sees when something was raised that is no answer: a plugin's, if it came from one."""
    if step := ctx.layers.blamed(error):
        return step.failed(error)
    log.error("request %s failed inside cgb", ctx.id, exc_info=error)
    return Internal(f"cgb itself failed: {type(error).__name__}; the bridge's log has the traceback.")
