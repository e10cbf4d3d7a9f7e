"""What is told of a request's way: made from a trail, ready to be shown or written as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson

from ..steps import Step
from .diff import diff
from .events import message_of, stream_stage
from .schemas import tool_schemas

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..context import Context, Note
    from ..errors import ApiError
    from ..transport import Route, Target
    from .diff import Change
    from .events import StreamStage
    from .schemas import ToolSchema
    from .trail import Decision, Passage, Stage, Trail, Tried
    from .watched import WatchedPipeline

_SECRET = re.compile(r"api_?key|secret|password|credential|authorization|access_token", re.IGNORECASE)
_HIDDEN = "**********"


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What a request is; `tokens` is an estimate."""

    kind: str
    model: str
    messages: int
    tools: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that a wrapper sent on: where to, and how it differs from the one it was given."""

    route: Route
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class WrapStage:
    """What a plugin did that stands round all attempts: what it asked for, how often, and what it made of that."""

    plugin: str
    asked: tuple[Asking, ...]
    stream: StreamStage


@dataclass(frozen=True, slots=True)
class AttemptStages:
    """One attempt of one route.

    Attributes:
        route: where it went.
        set: what the route itself changed in the request.
        fit_request: what each plugin changed.
        target: facts about the route's model; None where the attempt did not get so far.
        body: what the transport sends; None where it cannot say.
        transform_stream: what each plugin did to the answer, in the order in which it came back;
            nothing where no answer was asked for.
    """

    route: Route
    set: tuple[Change, ...]
    fit_request: tuple[Stage, ...]
    target: Target | None
    body: Any
    transform_stream: tuple[StreamStage, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A request's whole way.

    Attributes:
        request: what it is.
        plugins: their names, in order.
        rewrite_request: what each plugin changed before a route was chosen.
        choose_route: who was asked for a route, in that order, and what each said.
        route: the one that was chosen.
        wrap_transport: what each wrapper did, innermost first.
        attempts: each time the request went towards a transport.
        schemas: what became of each tool's schema, by the last attempt.
        answer: the message that the client gets, as far as it came; None where none did.
        notes: what plugins noted.
        error: what the client would see of a failure.
    """

    request: RequestFacts
    plugins: tuple[str, ...]
    rewrite_request: tuple[Stage, ...]
    choose_route: tuple[Decision, ...]
    route: Route | None
    wrap_transport: tuple[WrapStage, ...]
    attempts: tuple[AttemptStages, ...]
    schemas: tuple[ToolSchema, ...]
    answer: dict[str, Any] | None
    notes: tuple[Note, ...]
    error: dict[str, Any] | None

    def to_json(self) -> bytes:
        """All of it as one JSON object, with the members' own names; secrets stay hidden."""
        return orjson.dumps(self, default=_plain, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


def explanation(pipeline: WatchedPipeline, ctx: Context, error: ApiError | None) -> Explanation:
    """What the trail of a pipeline tells.

    Raises:
        PluginError: a transport cannot render the request.
    """
    trail = pipeline.trail
    tokens, request = ctx.tokens, ctx.request
    decisions = tuple(replace(one, route=one.route and _public(one.route)) for one in trail.decisions)
    last = trail.attempts[-1].sent if trail.attempts else None
    return Explanation(
        request=RequestFacts(ctx.kind, request.model, len(request.messages), len(request.tools), tokens),
        plugins=tuple(plugin.name for plugin in pipeline.plugins),
        rewrite_request=tuple(trail.rewrites),
        choose_route=decisions,
        route=next((one.route for one in decisions if one.route), None),
        wrap_transport=tuple(_wrappers(trail)),
        attempts=tuple(_attempt(pipeline, tried) for tried in trail.attempts),
        schemas=tool_schemas(request.to_wire(), last.wire, ctx.notes) if last else (),
        answer=message_of(_events(trail.layers[-1][1])),
        notes=tuple(ctx.notes),
        error={"status": error.status, **error.body(ctx.id)} if error else None,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, Sequence) and not isinstance(value, bytes) else str(value)


def _public(route: Route) -> Route:
    """The route without what looks like a credential among its options."""
    options = {name: _HIDDEN if _SECRET.search(name) else value for name, value in route.options.items()}
    return replace(route, options=options, fallbacks=tuple(map(_public, route.fallbacks)))


def _wrappers(trail: Trail) -> Iterator[WrapStage]:
    for (_, inside), (plugin, outside) in zip(trail.layers, trail.layers[1:], strict=False):
        if outside:
            asked = (Asking(_public(one.route), tuple(diff(outside[0].wire, one.wire))) for one in inside)
            yield WrapStage(plugin, tuple(asked), stream_stage(plugin, _events(inside), _events(outside)))


def _events(passages: Sequence[Passage]) -> list[Any]:
    return [event for passage in passages for event in passage.events]


def _attempt(pipeline: WatchedPipeline, tried: Tried) -> AttemptStages:
    route, sent = tried.asked.route, tried.sent
    streams = reversed(tried.streams) if pipeline.trail.is_answered else ()
    return AttemptStages(
        route=_public(route),
        set=tried.set,
        fit_request=tuple(tried.fits),
        target=pipeline.target(route) if sent else None,
        body=_body(pipeline, sent) if sent else None,
        transform_stream=tuple(stream_stage(one.plugin, one.received, one.yielded) for one in streams),
    )


def _body(pipeline: WatchedPipeline, sent: Passage) -> Any:
    name = sent.route.transport
    step = Step(name, "Transport.render", pipeline.transports[name].render, ("request", "route"), None)
    return step.begin(object, request=sent.request, route=sent.route)
