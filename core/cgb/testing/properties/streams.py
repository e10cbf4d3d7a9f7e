"""What must hold for `transform_stream`."""

from __future__ import annotations

from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from ...errors import ApiError
from ...messages import Grammar, GrammarError, events_of
from ..strategies.cuttings import letter_by_letter
from ..streams import assert_stream
from .differences import first_difference
from .trial import Refusal, Trial, must
from .upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from ...messages import Event

_HOOK = "transform_stream"


@must(_HOOK, shows=("request", "events"))
async def stays_an_answer(trial: Trial) -> None:
    """An answer stays an answer."""
    assert_stream(await _read(trial, trial.example.events))


@must(_HOOK, shows=("request", "answer", "events"))
async def does_not_mind_cuts(trial: Trial) -> None:
    """It does not matter in which pieces an answer comes."""
    given = trial.example.answer
    whole = await _told(trial, tuple(events_of(given)))
    # Pieces that are drawn are seldom of the kind that a plugin trips over.
    for how, pieces in (("in several", trial.example.events), ("letter by letter", letter_by_letter(events_of(given)))):
        if difference := first_difference(whole, await _told(trial, pieces)):
            raise AssertionError(f"in one piece and {how}, two messages come of it: {difference}")


@must(_HOOK, shows=("events", "place", "error"))
async def passes_errors_on(trial: Trial) -> None:
    """What fails upstream fails for the client."""
    upstream = Upstream(trial.example.events[: trial.example.place], trial.example.error)
    grammar = Grammar()
    try:
        async with _transformed(trial, upstream) as events:
            async for event in events:
                grammar.read(event)
    except ApiError:
        return
    except GrammarError as error:
        raise AssertionError(f"what it yields before upstream fails begins no answer: {error}") from error
    if upstream.failed:
        end = "a whole answer" if grammar.complete else "the stream"
        raise AssertionError(f"upstream's error was lost: it ended {end} as if all were well")


@must(_HOOK, shows=("events", "place"))
async def can_be_left(trial: Trial) -> None:
    """A client may leave at any time."""
    left = trial.example.place
    async with _transformed(trial, Upstream(trial.example.events)) as events:
        async for _ in events:
            left -= 1
            if left <= 0:
                break


@must(
    _HOOK,
    shows=("request", "answer"),
    applies=lambda subject: subject.transparent,
)
async def leaves_alone(trial: Trial) -> None:
    """Being transparent, it leaves answers as they are."""
    before = trial.example.answer
    after = assert_stream(await _read(trial, tuple(events_of(before))))
    if difference := first_difference(before.to_wire(), after.to_wire()):
        raise AssertionError(f"it changed the answer: {difference}")


async def _read(trial: Trial, events: Sequence[Event]) -> list[Event]:
    """All that it makes of them."""
    try:
        async with _transformed(trial, Upstream(events)) as transformed:
            return [event async for event in transformed]
    except ApiError as error:
        raise Refusal from error


@asynccontextmanager
async def _transformed(trial: Trial, upstream: Upstream) -> AsyncGenerator[AsyncGenerator[Event]]:
    """The plugin's stream, over an answer to what its own `fit_request` made; both closed, as by the core."""
    request, example = trial.example.request, trial.example
    fit = trial.subject.steps.get("fit_request")
    fitted = await trial.changed(request, fit) if fit else request
    async with aclosing(upstream.read()) as source:
        asked = {"request": request, "fitted": fitted, "route": example.route, "target": example.target}
        events = trial.step.call({"events": source, **asked, "ctx": trial.ctx})
        async with aclosing(events):
            yield events


async def _told(trial: Trial, events: Sequence[Event]) -> dict[str, Any]:
    """The JSON of the message that it makes of them, its ids by their places where the plugin made them up."""
    given, wire = trial.example.answer, assert_stream(await _read(trial, events)).to_wire()
    known = {given.id, *(block.get("id") for block in given.content)}
    for place, holder in enumerate((wire, *wire["content"])):
        if "id" in holder and holder["id"] not in known:
            holder["id"] = f"made up, at {place}"
    return wire


PROPERTIES = (*stays_an_answer, *does_not_mind_cuts, *passes_errors_on, *can_be_left, *leaves_alone)
