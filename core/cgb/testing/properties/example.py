"""What a property is tried on."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import MISSING, Field, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import orjson
from hypothesis import strategies as st

from ...context import Context
from ...errors import Overloaded
from ...messages import (
    Event,
    Message,
    MessageParam,
    MessagesRequest,
    TextBlock,
    Tool,
    ToolUseBlock,
    Value,
    events_of,
)
from ...record import Record
from ...transport import Route, Target
from .. import strategies
from ..strategies.facts import AT

if TYPE_CHECKING:
    from ...errors import ApiError

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Example:
    """A request with all that a hook is handed beside it, an answer in pieces, and what may go wrong with it.

    Attributes:
        events: the answer in other pieces than `events_of` makes.
        error: what upstream may raise instead of going on.
        place: after how many events it does so, or the reader leaves.
        failures: how often upstream fails before it answers.
    """

    request: MessagesRequest
    route: Route
    target: Target
    ctx: Context
    answer: Message
    events: tuple[Event, ...]
    error: ApiError
    place: int
    failures: int
    record: Record

    @property
    def grown(self) -> MessagesRequest:
        """The request again, when the conversation has grown by a turn."""
        return self.request.with_(messages=(*self.request.messages, *_GROWTH))

    def fresh(self) -> Example:
        """The same in values of its own, with a context in which nothing is noted: a plugin may have spoilt these."""
        request = deepcopy(self.request)
        ctx = replace(self.ctx, request=request, notes=[], routes=[], plugin_s={})
        return replace(self, request=request, ctx=ctx, answer=deepcopy(self.answer), events=deepcopy(self.events))

    def shown(self, *names: str) -> str:
        """Some of it, a line each."""
        return "\n".join(f"  {name} = {_cut(_text(getattr(self, name)))}" for name in names)


_MODEL = "claude-opus-5-5"
_NOTHING_SAID = Message(id="msg_1", model=_MODEL, stop_reason="end_turn")
_GROWTH = (
    MessageParam(role="assistant", content="Done."),
    MessageParam(role="user", content="Go on."),
)


def ordinary() -> tuple[Example, ...]:
    """What is asked and answered most: words, and a call of a tool."""
    tool = Tool(name="Read", input_schema={"type": "object", "properties": {"path": {"type": "string"}}})
    asked = MessageParam(role="user", content="What does it say?")
    request = MessagesRequest(model=_MODEL, max_tokens=1024, messages=(asked,), tools=(tool,))
    words, call = TextBlock(text="let me see"), ToolUseBlock(id="toolu_1", name="Read", input={"path": "a"})
    said = _NOTHING_SAID.with_(content=(words,))
    called = _NOTHING_SAID.with_(content=(words, call), stop_reason="tool_use")
    return tuple(_ordinary(request, answer) for answer in (said, called))


def _ordinary(request: MessagesRequest, answer: Message) -> Example:
    return Example(
        request=request,
        route=Route("gemini", "gemini-2.5-pro"),
        target=Target(),
        ctx=Context(request, id="req_1", at=AT),
        answer=answer,
        events=tuple(events_of(answer)),
        error=Overloaded("upstream has too much to do."),
        place=3,
        failures=1,
        record=Record(request),
    )


@st.composite
def examples(draw: st.DrawFn, *, with_answers: bool) -> Example:
    """Any request, and any answer to it where one is wanted."""
    request = draw(strategies.requests())
    answer = draw(strategies.answers(_callable(request))) if with_answers else _NOTHING_SAID
    events = tuple(draw(strategies.cuttings(events_of(answer))))
    route = draw(strategies.routes())
    return Example(
        request=request,
        route=route,
        target=draw(strategies.targets()),
        ctx=draw(strategies.contexts(request)),
        answer=answer,
        events=events,
        error=draw(strategies.errors()),
        place=draw(st.integers(0, len(events))),
        failures=draw(st.sampled_from([1, 1_000])),
        record=draw(strategies.records(request)),
    )


def _callable(request: MessagesRequest) -> tuple[str, ...]:
    """The tools an answer may call: those of the request, and one that it invents."""
    return (*(tool.name for tool in request.tools if tool.is_custom), "Invented")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _text(value: Any) -> str:
    match value:
        case Value():
            return orjson.dumps(value.to_wire()).decode()
        case tuple():
            return f"[{', '.join(map(_text, value))}]"
        case Route() | Target():
            members = (f"{one.name}={getattr(value, one.name)!r}" for one in fields(value) if _is_set(value, one))
            return f"{type(value).__name__}({', '.join(members)})"
        case _:
            return repr(value)


def _is_set(value: Route | Target, member: Field[Any]) -> bool:
    default = member.default if member.default_factory is MISSING else member.default_factory()
    return bool(getattr(value, member.name) != default)
