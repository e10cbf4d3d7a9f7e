"""The hooks a plugin may implement, in the order a request meets them.

A plugin is a module; a stage is a function marked `@hookimpl` that takes as many of
a hook's arguments as it needs, by name. `settings` is always the plugin's own.

Requests go down the list of plugins and answers come back up it; whoever decides
(a route, a wrapper) is asked last-listed first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pluggy

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Iterable
    from contextlib import AbstractAsyncContextManager

    from .context import Context
    from .messages import Event, MessagesRequest
    from .record import Record
    from .settings import Settings
    from .transport import Model, Route, Target, Transport

hookimpl = pluggy.HookimplMarker("cgb")
"""Marks a plugin's function as the implementation of the hook whose name it bears."""

_hookspec = pluggy.HookspecMarker("cgb")


class Hooks(Protocol):
    """The nine hooks."""

    @_hookspec
    def describe_settings(self) -> type[Settings]:
        """At start: the model of what this plugin's users may set."""
        ...

    @_hookspec
    def open_transport(self, settings: Any) -> AbstractAsyncContextManager[Transport]:
        """At start: the transport this plugin brings, under the plugin's name, open until the server stops.

        Keep it cheap: make connections and clients at first use.
        """
        ...

    @_hookspec
    def wrap_transport(self, transport: Transport, settings: Any) -> Transport:
        """At start: a transport round all attempts, which may ask again, elsewhere, or not at all.

        Wrappers nest; the last listed is outermost. What they hand in is fitted anew for each attempt.
        """
        ...

    @_hookspec
    def list_models(self, settings: Any) -> Iterable[Model]:
        """At start: models the client may pick, and the route that picking one takes."""
        ...

    @_hookspec
    def rewrite_request(
        self, request: MessagesRequest, ctx: Context, settings: Any
    ) -> MessagesRequest | Awaitable[MessagesRequest]:
        """On each request, before its route is chosen: change what does not depend on the target."""
        ...

    @_hookspec
    def choose_route(
        self, request: MessagesRequest, ctx: Context, settings: Any
    ) -> Route | None | Awaitable[Route | None]:
        """On each request: where it goes, or None to leave that to the plugins listed before this one."""
        ...

    @_hookspec
    def fit_request(
        self, request: MessagesRequest, route: Route, target: Target, ctx: Context, settings: Any
    ) -> MessagesRequest | Awaitable[MessagesRequest]:
        """On each attempt: change what depends on the target (tidying, tool schemas, caps, thinking)."""
        ...

    @_hookspec
    def transform_stream(
        self,
        events: AsyncGenerator[Event],
        request: MessagesRequest,
        fitted: MessagesRequest,
        route: Route,
        target: Target,
        ctx: Context,
        settings: Any,
    ) -> AsyncGenerator[Event]:
        """On each attempt's answer: an async generator that yields any number of events for each one it reads.

        `request` is what was asked for, `fitted` what went upstream. Upstream's errors are raised
        by the loop over `events`. Where there is nothing to do for a request, `events` itself may be returned.
        """
        ...

    @_hookspec
    def request_finished(self, record: Record, ctx: Context, settings: Any) -> None | Awaitable[None]:
        """After the last byte: watch what became of a request. Cannot change, delay or break it."""
        ...


HOOKS: tuple[str, ...] = tuple(name for name in vars(Hooks) if not name.startswith("_"))
"""The hooks' names, in order."""
