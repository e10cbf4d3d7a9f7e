"""One try of one route: what wrappers wrap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from typing_extensions import override

from .errors import ApiError, Internal, NotFound
from .messages import MessageParam, MessagesRequest, Value
from .steps import Step, chain
from .transport import Route, Target, Transport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from .context import Context
    from .isolation.guarded import GuardedTransport
    from .messages import Event


class Attempt(Transport):
    """One try of one route: fitted for it, sent, and the answer transformed. What wrappers wrap."""

    def __init__(
        self, transports: Mapping[str, GuardedTransport], fits: tuple[Step, ...], streams: tuple[Step, ...]
    ) -> None:
        self._transports = transports
        self._fits = fits
        self._streams = streams

    @override
    def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        events = self._send(request, route, ctx)
        watch = ctx.layers.watch
        return watch.over(events, None) if watch else events

    async def _send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        transport, target, fitted = await self._fit(request, route, ctx)
        given = {"request": request, "fitted": fitted, "route": route, "target": target, "ctx": ctx}
        layers: list[tuple[AsyncGenerator[Event], Step]] = []
        try:
            try:
                events = transport.send(fitted, route, ctx)
                layers.append((events, transport.sending))
                for stage in reversed(self._streams):
                    events = _staged(stage, ctx, {**given, "events": events})
                    layers.append((events, stage))
                async for event in events:
                    yield event
            finally:
                await _close(layers)
        except ApiError:
            raise
        except Exception as error:
            raise (ctx.layers.blamed(error) or transport.sending).failed(error) from error

    @override
    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: Context) -> int:
        transport, _, fitted = await self._fit(request, route, ctx)
        return await transport.count_tokens(fitted, route, ctx)

    @override
    def target_of(self, route: Route) -> Target:
        transport = self._transports.get(route.transport)
        return transport.target(route.model) if transport else Target()

    async def _fit(
        self, request: MessagesRequest, route: Route, ctx: Context
    ) -> tuple[GuardedTransport, Target, MessagesRequest]:
        ctx.routes.append(route)
        transport = self._transports.get(route.transport)
        if transport is None:
            raise _no_transport(route, self._transports)
        target = transport.target(route.model)
        given = {"route": route, "target": target, "ctx": ctx}
        return transport, target, await chain(self._fits, "request", _set(request, route), **given)


def _staged(stage: Step, ctx: Context, given: Mapping[str, Any]) -> AsyncGenerator[Event]:
    """The events as that stage makes them."""
    ctx.plugin_s.setdefault(stage.plugin, 0.0)
    try:
        events = stage.call(given)
    except ApiError:
        raise
    except Exception as error:
        raise stage.failed(error) from error
    return ctx.layers.add(events, stage)


async def _close(layers: list[tuple[AsyncGenerator[Event], Step]]) -> None:
    """Close all layers, the outermost first; that one would not be closed leaves no trace in its frames."""
    try:
        while layers:
            events, step = layers.pop()
            await events.aclose()
    except ApiError:
        raise
    except Exception as error:
        raise step.failed(error) from error
    finally:
        if layers:
            await _close(layers)


def _set(request: MessagesRequest, route: Route) -> MessagesRequest:
    """The request with the route's own parameters."""
    if not route.set:
        return request
    changes: dict[str, Any] = {name: value for name, value in route.set.items() if "." not in name}
    for path, value in route.set.items():
        name, dot, member = path.partition(".")
        if dot:
            changes[name] = {**_members(changes.get(name, request.get(name))), member: value}
            request = request.with_(messages=tuple(_without(turn, name, member) for turn in request.messages))
    try:
        whole = MessagesRequest.model_validate({**dict(request), **changes})
    except ValidationError as error:
        wrong = ", ".join(str(one["loc"][0]) for one in error.errors(include_input=False) if one["loc"])
        raise Internal(
            f"the route {route} ({route.why}) sets what no request can bear: {wrong or route.set}."
        ) from None
    return request.with_(**{name: getattr(whole, name) for name in changes})


def _members(table: Any) -> dict[str, Any]:
    """The members of a parameter that is an object, or of one that is not there yet."""
    return table.to_wire() if isinstance(table, Value) else dict(table or {})


def _without(turn: MessageParam, name: str, member: str) -> MessageParam:
    """The turn without what it says of its own of a member that the route sets (beta per-turn-control)."""
    own = turn.get(name)
    if not isinstance(own, dict) or member not in own:
        return turn
    return turn.with_(**{name: {key: value for key, value in own.items() if key != member}})


def _no_transport(route: Route, transports: Mapping[str, Transport]) -> ApiError:
    known = ", ".join(transports) or "none"
    return NotFound(
        f"the route {route} leads to a transport that no plugin opened. Known transports: {known}. "
        f"Add the plugin {route.transport!r} to --plugins, or change the route."
    )
