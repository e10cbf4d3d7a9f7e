"""What must hold for `wrap_transport`."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from ...errors import ApiError
from ...messages import Grammar, GrammarError
from ...transport import Transport
from ..streams import assert_stream
from .differences import first_difference
from .trial import Refusal, Trial, must
from .upstream import Inner

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ...messages import Event

_HOOK = "wrap_transport"


@must(_HOOK, shows=("request", "route", "events"))
async def passes_answers_on(trial: Trial) -> None:
    """A whole answer comes through whole."""
    inner = Inner(trial.example.events)
    try:
        async with aclosing(await _sent(trial, inner)) as events:
            message = assert_stream([event async for event in events])
    except ApiError as error:
        raise Refusal from error
    # Who asks again after a whole answer, or answers alone, has something else to say.
    if len(inner.answers) == 1 or (trial.transparent and not inner.answers):
        difference = first_difference(trial.example.answer.to_wire(), message.to_wire())
        if difference:
            raise AssertionError(f"it changed the answer: {difference}. What changes answers is transform_stream")


@must(_HOOK, shows=("request", "route", "events", "place", "error"))
async def passes_errors_on(trial: Trial) -> None:
    """No failure ends as an answer in silence."""
    example = trial.example
    inner = Inner(example.events, example.error, example.place, example.failures)
    grammar = Grammar()
    try:
        async with aclosing(await _sent(trial, inner)) as events:
            async for event in events:
                grammar.read(event)
        grammar.end()
    except ApiError:
        return
    except GrammarError as error:
        raise AssertionError(f"what comes of a failure begins no answer: {error}") from error
    if inner.answers and inner.answers[-1].failed and not trial.ctx.notes:
        raise AssertionError("every attempt failed, and it made up an answer without saying so (ctx.note)")


@must(_HOOK, shows=("request", "events", "place"))
async def can_be_left(trial: Trial) -> None:
    """A client that leaves ends every attempt."""
    left, inner = trial.example.place, Inner(trial.example.events)
    async with aclosing(await _sent(trial, inner)) as events:
        async for _ in events:
            left -= 1
            if left <= 0:
                break
    if any(answer.is_open for answer in inner.answers):
        raise AssertionError(
            "its own stream was closed and the attempt goes on: read it as `async with aclosing(self.inner.send(…))`"
        )


@must(_HOOK, shows=("request", "route"))
async def passes_facts_on(trial: Trial) -> None:
    """What it does not change it passes on."""
    example, inner = trial.example, Inner(trial.example.events)
    wrapped = await _wrapped(trial, inner)
    if wrapped.target_of(example.route) != inner.target_of(example.route):
        raise AssertionError("target_of tells nothing of the target any more: subclass cgb.TransportWrapper")
    counted: object = await wrapped.count_tokens(example.request, example.route, trial.ctx)
    if not isinstance(counted, int) or counted < 0:
        raise AssertionError(f"count_tokens returned {counted!r} where a number of tokens was due")


@must(
    _HOOK,
    shows=("request", "route"),
    applies=lambda subject: subject.transparent,
)
async def leaves_alone(trial: Trial) -> None:
    """Being transparent, it sends requests as they are."""
    inner = Inner(trial.example.events)
    async with aclosing(await _sent(trial, inner)) as events:
        assert_stream([event async for event in events])
    for request in inner.requests:
        if difference := first_difference(trial.example.request.to_wire(), request.to_wire()):
            raise AssertionError(f"it changed the request: {difference}")


async def _wrapped(trial: Trial, inner: Transport) -> Transport:
    wrapped: Transport = await trial.called(Transport, transport=inner)
    return wrapped


async def _sent(trial: Trial, inner: Inner) -> AsyncGenerator[Event]:
    wrapped = await _wrapped(trial, inner)
    return wrapped.send(trial.example.request, trial.example.route, trial.ctx)


PROPERTIES = (*passes_answers_on, *passes_errors_on, *can_be_left, *passes_facts_on, *leaves_alone)
