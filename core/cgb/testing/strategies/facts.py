"""What hooks are handed besides requests and events: routes, targets, contexts, records."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, get_args

from hypothesis import strategies as st

from ...context import Context, Kind, Note
from ...errors import ApiError, InvalidRequest, Overloaded, RateLimited, UnusableAnswer
from ...record import Record
from ...transport import Route, Target
from .answers import usages
from .requests import requests
from .values import objects, words

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from ...messages import MessagesRequest

AT = datetime(2026, 1, 1, tzinfo=UTC)
"""When every drawn request came."""

_THINKING = (
    Target(),
    Target(thinking="levels", thinking_levels=("low", "medium", "high"), thinking_can_stop=False),
    Target(thinking="levels", thinking_levels=("minimal", "low", "medium", "high")),
    Target(thinking="budget", thinking_budget=(128, 32_768)),
)
_LIMITS: tuple[dict[str, Any], ...] = (
    {},
    {"context_tokens": 8_192, "output_tokens": 1},
    {"context_tokens": 1_048_576, "output_tokens": 65_536},
)
_SCHEMAS: tuple[Literal["json-schema", "gemini-json-schema", "openapi"], ...] = (
    *("json-schema", "gemini-json-schema", "openapi"),
)
_MEDIA = ("image/*", "application/pdf")


@cache
def routes() -> SearchStrategy[Route]:
    """Ways to a transport called `scripted`, with or without fallbacks."""
    plain = st.builds(Route, st.just("scripted"), st.sampled_from(["some-model", "a/b:c"]))
    return plain | st.builds(Route, st.just("scripted"), st.just("first"), st.tuples(plain))


@cache
def targets() -> SearchStrategy[Target]:
    """Facts about models, of any kind of thinking and any dialect of schemas; native ones too."""
    some = (replace(thinking, **more) for thinking, more in product(_THINKING, _LIMITS))
    return st.sampled_from(
        [
            replace(one, schema=schema, native=native, media=_MEDIA, prefill=more, resumes=more)
            for one, schema, native, more in product(some, _SCHEMAS, (False, True), (False, True))
        ]
    )


@st.composite
def contexts(draw: st.DrawFn, request: MessagesRequest) -> Context:
    """What hooks may know about a request besides its body; of any kind."""
    headers = draw(st.sampled_from([{}, {"user-agent": "claude-cli/2", "x-claude-code-session-id": "session-1"}]))
    return Context(request, draw(st.sampled_from(get_args(Kind))), headers, "req_1", at=AT)


@st.composite
def records(draw: st.DrawFn, request: MessagesRequest | None = None) -> Record:
    """What may become of a request, of any unless it is given: an answer, an error, or a client that left."""
    outcome = draw(st.sampled_from(["answered", "failed", "cancelled"]))
    seconds = draw(st.floats(0, 1_000))
    return Record(
        request=request or draw(requests()),
        routes=tuple(draw(st.lists(routes(), max_size=2))),
        notes=tuple(draw(st.lists(_notes(), max_size=2))),
        usage=draw(usages()),
        stop_reason="end_turn" if outcome == "answered" else None,
        error=draw(errors()) if outcome == "failed" else None,
        cancelled=outcome == "cancelled",
        first_event_s=draw(st.none() | st.just(seconds)) if outcome != "answered" else seconds,
        duration_s=seconds,
        plugin_s=draw(st.dictionaries(words(), st.floats(0, 1), max_size=2)),
    )


@cache
def errors() -> SearchStrategy[ApiError]:
    """What may go wrong upstream: the request's fault, the provider's, or an answer nobody can use."""
    made: list[Any] = [
        lambda: InvalidRequest("prompt is too long"),
        lambda: RateLimited("slow down", retry_after=1.5),
        lambda: Overloaded("no room"),
        lambda: UnusableAnswer("the answer broke off", kind="cut"),
        lambda: UnusableAnswer("the answer was empty", kind="empty"),
    ]
    # Made anew for each example: an error that was raised keeps its traceback.
    return st.sampled_from(made).map(lambda make: make())


@cache
def _notes() -> SearchStrategy[Note]:
    return st.builds(Note, st.just("some-plugin"), st.sampled_from(["retry", "novel"]), words(), objects())
