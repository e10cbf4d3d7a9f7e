"""Where a request goes, and what takes it there."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import override

from .messages import Event, MessagesRequest, estimate_tokens

if TYPE_CHECKING:
    from .context import Context


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes.

    Attributes:
        transport: the name of the plugin that opened it.
        model: the upstream's name for the model; `request.model` stays the client's own throughout.
        fallbacks: where to go when this fails, in order.
        set: parameters of the request to change on this route, such as `max_tokens`, or a member of one, such as
            `output_config.effort`, which counts for every turn.
        options: what only that transport understands.
        why: which rule chose it, for logs and `cgb explain`.
    """

    transport: str
    model: str
    fallbacks: tuple["Route", ...] = ()
    set: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""

    def __str__(self) -> str:
        return f"{self.transport}/{self.model}"


@dataclass(frozen=True, slots=True)
class Target:
    """Neutral facts about a model, so that no plugin needs another's tables.

    Attributes:
        context_tokens: the context window.
        output_tokens: the most it writes in one answer.
        thinking: how its thinking is set: not at all, by one of `thinking_levels`, or by a token budget.
        thinking_levels: the levels it offers, lowest first.
        thinking_budget: the smallest and the largest budget.
        thinking_can_stop: whether it can be told not to think.
        schema: the dialect its tools are declared in: whole JSON Schema, JSON Schema as Gemini takes it,
            or the OpenAPI subset.
        media: MIME types it reads besides text; an entry may end in `*`.
        media_in_tool_results: the same, for what stands inside a tool's result.
        prefill: whether a conversation may end with the model's own words.
        resumes: whether it goes on where a broken answer stopped.
        tool_name_length: the longest tool name it takes.
        native: whether it speaks the Messages API itself, so that a request should reach it untouched.
        family: whose habits it has, such as `gemini` or `claude`; "" where that is not known.
    """

    context_tokens: int = 200_000
    output_tokens: int = 32_000
    thinking: Literal["none", "levels", "budget"] = "none"
    thinking_levels: tuple[str, ...] = ()
    thinking_budget: tuple[int, int] = (0, 0)
    thinking_can_stop: bool = True
    schema: Literal["json-schema", "gemini-json-schema", "openapi"] = "json-schema"
    media: tuple[str, ...] = ()
    media_in_tool_results: tuple[str, ...] = ()
    prefill: bool = False
    resumes: bool = False
    tool_name_length: int = 64
    native: bool = False
    family: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that the client may pick, and the route that picking it takes.

    Attributes:
        decides: whether the route is taken when the plugin's turn to choose comes; otherwise only where no plugin chose
            one, so that rules and model-map hear of a model that is merely known.
    """

    id: str
    route: Route
    display_name: str = ""
    description: str = ""
    decides: bool = True


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `fix` says what to do about it."""

    ok: bool
    text: str
    fix: str = ""


class Transport:
    """What takes a request to a provider and brings the answer back.

    A plugin subclasses it and hands an instance out in `open_transport`.
    """

    def send(self, request: MessagesRequest, route: Route, ctx: "Context") -> AsyncGenerator[Event]:
        """Ask upstream; the answer as events, from message_start to message_stop.

        Raises:
            ApiError: before the first event or in mid-stream. An answer that upstream broke off, spoilt
                or left empty is an `UnusableAnswer`; a made-up end is never an answer.
        """
        raise NotImplementedError

    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: "Context") -> int:  # noqa: ARG002
        """How many tokens upstream would read; an estimate, unless the transport can ask."""
        return estimate_tokens(request)

    def models(self) -> Sequence[Model]:
        """The models it knows, without asking anybody."""
        return ()

    def refresh(self) -> None:
        """A client looks at the models: begin to ask upstream what is new, beside everything else."""

    def target(self, model: str) -> Target:  # noqa: ARG002
        """Facts about one of its models, without asking anybody."""
        return Target()

    def target_of(self, route: Route) -> Target:
        """Facts about the model a route leads to; what wrappers ask, who stand before several transports."""
        return self.target(route.model)

    def missing(self) -> Sequence[Finding]:
        """What its settings lack for it to work at all, such as a key; asked at start, without network."""
        return ()

    async def check(self) -> Sequence[Finding]:
        """Whether it works: settings, key, connection. May ask upstream."""
        return self.missing()

    def render(self, request: MessagesRequest, route: Route) -> Any:  # noqa: ARG002
        """What it would send for this request, for `cgb explain`; None where it cannot say."""
        return None


class TransportWrapper(Transport):
    """A transport round another: subclass it and override what you change."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    @override
    def send(self, request: MessagesRequest, route: Route, ctx: "Context") -> AsyncGenerator[Event]:
        return self.inner.send(request, route, ctx)

    @override
    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: "Context") -> int:
        return await self.inner.count_tokens(request, route, ctx)

    @override
    def models(self) -> Sequence[Model]:
        return self.inner.models()

    @override
    def refresh(self) -> None:
        self.inner.refresh()

    @override
    def target(self, model: str) -> Target:
        return self.inner.target(model)

    @override
    def target_of(self, route: Route) -> Target:
        return self.inner.target_of(route)

    @override
    def missing(self) -> Sequence[Finding]:
        return self.inner.missing()

    @override
    async def check(self) -> Sequence[Finding]:
        return await self.inner.check()

    @override
    def render(self, request: MessagesRequest, route: Route) -> Any:
        return self.inner.render(request, route)
