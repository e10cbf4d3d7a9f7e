"""The pipeline itself, each of its seams watched."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from ..deciders import Decider
from ..hooks import Hooks
from ..messages import MessagesRequest
from ..pipeline import Pipeline
from ..steps import Step
from ..transport import Transport, TransportWrapper
from .diff import diff
from .trail import Decision, Passage, Stage, Streamed, Trail, Tried

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping, Sequence

    from ..context import Context
    from ..messages import Event
    from ..plugins import Plugin
    from ..transport import Route


class WatchedPipeline(Pipeline):
    """A pipeline that does what it always does, and leaves a `trail`."""

    def __init__(
        self, plugins: Sequence[Plugin], transports: Mapping[str, Transport], stages: Mapping[str, tuple[Step, ...]]
    ) -> None:
        self.trail = trail = Trail()
        watched = {name: _Watched(name, transport, trail) for name, transport in transports.items()}
        super().__init__(plugins, watched, _watched_stages(stages, trail))
        self._deciders = tuple(_WatchedDecider(one, trail) for one in self._deciders)


def _watched_stages(stages: Mapping[str, tuple[Step, ...]], trail: Trail) -> dict[str, tuple[Step, ...]]:
    innermost = _tap("", trail)
    wraps = [one for step in stages["wrap_transport"] for one in (step, _tap(step.plugin, trail))]
    return {
        **stages,
        "rewrite_request": tuple(_request_step(step, trail.rewrites.append) for step in stages["rewrite_request"]),
        "fit_request": (_before_fits(trail), *(_fit_step(step, trail) for step in stages["fit_request"])),
        "transform_stream": tuple(_stream_step(step, trail) for step in stages["transform_stream"]),
        "wrap_transport": (innermost, *wraps),
    }


def _request_step(step: Step, saw: Callable[[Stage], None]) -> Step:
    """The step, and what it changed."""

    async def watched(**given: Any) -> Any:
        # Rendered before the call: a plugin that changes a value in place is found out too.
        before = given["request"].to_wire()
        result = step.call(given)
        if inspect.isawaitable(result):
            result = await result
        if isinstance(result, MessagesRequest):
            saw(Stage(step.plugin, tuple(diff(before, result.to_wire()))))
        return result

    return replace(step, function=watched, arguments=_arguments(step.hook))


def _fit_step(step: Step, trail: Trail) -> Step:
    def saw(stage: Stage) -> None:
        trail.attempts[-1].fits.append(stage)

    return _request_step(step, saw)


def _before_fits(trail: Trail) -> Step:
    """A step that sees what the route itself has set."""

    def fit_request(request: MessagesRequest) -> MessagesRequest:
        tried = trail.attempts[-1]
        tried.set = tuple(diff(tried.asked.wire, request.to_wire()))
        return request

    return Step("", "fit_request", fit_request, ("request",), None)


def _stream_step(step: Step, trail: Trail) -> Step:
    """The step, what it read and what it handed on."""

    async def watched(events: AsyncGenerator[Event], **given: Any) -> AsyncGenerator[Event]:
        seen = Streamed(step.plugin)
        trail.attempts[-1].streams.append(seen)
        async with (
            aclosing(_noting(events, seen.received)) as read,
            aclosing(step.call({**given, "events": read})) as handed_on,
        ):
            async for event in handed_on:
                seen.yielded.append(event)
                yield event

    return replace(step, function=watched, arguments=_arguments(step.hook))


def _arguments(hook: str) -> tuple[str, ...]:
    return tuple(name for name in inspect.signature(getattr(Hooks, hook)).parameters if name != "self")


async def _noting(events: AsyncGenerator[Event], seen: list[Event]) -> AsyncGenerator[Event]:
    async with aclosing(events):
        async for event in events:
            seen.append(event)
            yield event


def _tap(plugin: str, trail: Trail) -> Step:
    """A wrapper that sees what goes into the one inside it, as one more step of wrap_transport."""
    passages: list[Passage] = []
    trail.layers.append((plugin, passages))

    def wrap_transport(transport: Transport) -> Transport:
        return _Tap(transport, passages, trail, is_attempt=not plugin)

    return Step(plugin, "wrap_transport", wrap_transport, ("transport",), None)


class _Tap(TransportWrapper):
    """Sees the requests that go in and the events that come out."""

    def __init__(self, inner: Transport, passages: list[Passage], trail: Trail, *, is_attempt: bool) -> None:
        super().__init__(inner)
        self._passages = passages
        self._trail = trail
        self._is_attempt = is_attempt

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        passage = Passage(request, route, request.to_wire())
        self._passages.append(passage)
        if self._is_attempt:
            self._trail.attempts.append(Tried(passage))
        async with aclosing(_noting(self.inner.send(request, route, ctx), passage.events)) as events:
            async for event in events:
                yield event


class _WatchedDecider(Decider):
    """A decider, and what it said."""

    def __init__(self, inner: Decider, trail: Trail) -> None:
        self.__dict__ |= inner.__dict__
        self._trail = trail

    @override
    async def decide(self, request: MessagesRequest, ctx: Context) -> Route | None:
        route = await super().decide(request, ctx)
        listed = route is not None and any(model.id == request.model for model in self.listed())
        if listed or self.step is not None:
            self._trail.decisions.append(Decision(self.plugin, route, listed))
        return route


class _Watched(TransportWrapper):
    """A transport that goes upstream only where it may."""

    def __init__(self, name: str, inner: Transport, trail: Trail) -> None:
        super().__init__(inner)
        self._name = name
        self._trail = trail

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        passage = Passage(request, route, request.to_wire())
        self._trail.attempts[-1].sent = passage
        async with aclosing(_noting(self._said(request, route, ctx), passage.events)) as events:
            async for event in events:
                yield event

    def _said(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        if self._trail.answer is not None:
            return self._trail.answer()
        return self.inner.send(request, route, ctx) if self._name in self._trail.live else self._silence()

    async def _silence(self) -> AsyncGenerator[Event]:
        """Say nothing, ever: whoever waits leaves, as clients do, which every plugin must bear."""
        self._trail.arrived.set()
        await asyncio.Event().wait()
        yield  # type: ignore[misc]  # never reached: it makes this a generator
