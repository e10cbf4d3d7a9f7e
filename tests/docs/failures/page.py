"""The page: what is expected of each fault, as tables, and the ladders that lead there."""

from collections.abc import Iterable, Mapping

from cgb.testing.gemini_server.faults import (
    FAULTS,
    PLACES,
    PLAIN,
    STREAMED,
    Fault,
    connection,
    contents,
    finishes,
    spelling,
    statuses,
)
from cgb.testing.gemini_server.faults.places import CALL, FIRST, LAST, TEXT, THINKING
from cgb_plugins.stream_repair.climb import RESUME
from cgb_plugins.stream_repair.ladder import LADDERS, Ladder

from .expected import fate
from .matrix import cells
from .outcomes import Outcome
from .refusals import REFUSALS

INTRODUCTION = """\
# What becomes of every failure

Whatever happens upstream, the client gets the complete answer or an honest error, soon; never an end that is made up.

This page is what a test expects: {faults} ways in which Gemini fails, each before the first part of an answer, in the
middle of its thinking, in the middle of its text, after a tool call and at its last chunk, where it can happen there;
in streamed answers and in whole ones (`plugin.gemini.unstreamed`); once, and every time that the bridge asks again; for
clients that stream and for clients that do not. The {cells} cells run through a real server against the simulated
Gemini, and the `anthropic` SDK reads what comes: no character and no call may be lost, repeated or invented.

- **the whole answer**: its thoughts, its text and its calls, exactly. Thoughts that were shown of an attempt that
  failed stay in a block of their own, which clients accept.
- **the calls before it are made**: a whole call is a whole step. The client runs it, and the model goes on with its
  result.
- **ends as Gemini ended it**: with `end_turn`, after the words that were said.
- **the spoilt call is made**: the call that Gemini could not write, read from what it said of it; or the call of a tool
  that does not exist, which the client answers with an error for the model.
- **502 `api_error`**, and so on: the HTTP status and the error's type. "As an event" means that an answer had begun, so
  that a client that streams gets an `error` event; its text, as far as it came, is the answer's own.
- **`refusal`**, **`max_tokens`**: the stop reason, after what was said before; a refusal says why.

Where the outcome is another one at some places, or in whole answers, that stands behind it.

To make it again: `uv run python -m tests.docs.failures > docs/failures.md`. A test compares it, runs the cells, and
fails when nothing stands here of a fault that the simulated Gemini knows.
"""

_GROUPS = (
    ("Answers that are an error from the start", statuses.FAULTS),
    ("Connections that break, fall silent or are slow", connection.FAULTS),
    ("Answers that do not end as they should", finishes.FAULTS),
    ("Odd frames, and errors among them", contents.FAULTS),
    ("Odd spellings of a stream", spelling.FAULTS),
)
_REFUSED = """\
What Gemini refused in the requests of other bridges. This bridge makes its requests so that these do not come; if one
does, it is {outcome} with Gemini's own words, at once.
"""
_LADDERS = """\
What is asked again, and how, by kind of failure: each time that it comes, the next rung. A text that was shown is not
asked for again: the model is {resume}, at most `resumes` times. What is left in the end is in the tables above.
"""
_NAMES = {
    FIRST: "before the first part",
    THINKING: "mid thinking",
    TEXT: "mid text",
    CALL: "after a call",
    LAST: "at the last chunk",
}
_HEAD = "| fault | what happens upstream | source | once | every time |\n|---|---|---|---|---|"


def page() -> str:
    """The whole page."""
    introduction = INTRODUCTION.format(faults=len(FAULTS) + len(REFUSALS), cells=len(cells()))
    tables = [f"## {title}\n\n{_table(faults)}\n" for title, faults in _GROUPS]
    return "\n".join([introduction, *tables, _refusals(), _ladders()])


def _table(faults: Iterable[Fault]) -> str:
    return "\n".join([_HEAD, *map(_row, faults)])


def _refusals() -> str:
    rows = [f"| `{fault.summary}` | {fault.source} |" for fault in REFUSALS.values()]
    (outcome,) = {_told(fault, times) for fault in REFUSALS.values() for times in (0, 1)}
    head = "| what Gemini says | source |\n|---|---|"
    return "\n".join(["## Requests that are refused", "", _REFUSED.format(outcome=outcome), head, *rows, ""])


def _row(fault: Fault) -> str:
    told = (_told(fault, times) for times in (0, 1))
    return f"| {' | '.join((f'`{fault.name}`', fault.summary, fault.source, *told))} |"


def _told(fault: Fault, times: int) -> str:
    """What comes of it once (0) or every time (1), by place and form where these differ."""
    by_form = {form: _by_place(_outcomes(fault, form, times)) for form in fault.forms}
    if len(set(by_form.values())) == 1:
        return next(iter(by_form.values()))
    return f"{by_form[STREAMED]}<br>unstreamed: {by_form[PLAIN]}"


def _outcomes(fault: Fault, form: str, times: int) -> dict[str, str]:
    """By place, what the page says of the outcome."""
    found = fate(fault.name)
    return {place: _text(found.outcomes(place, form)[times]) for place in PLACES if place in fault.places}


def _text(outcome: Outcome) -> str:
    return f"{outcome.text}, as an event" if outcome.in_stream else outcome.text


def _by_place(outcomes: Mapping[str, str]) -> str:
    """The most common outcome, and those of other places."""
    places: dict[str, list[str]] = {}
    for place, text in outcomes.items():
        places.setdefault(text, []).append(_NAMES[place])
    usual = max(places, key=lambda text: len(places[text]))
    others = [f"{', '.join(names)}: {text}" for text, names in places.items() if text != usual]
    return "; ".join([usual, *others])


def _ladders() -> str:
    rows = [f"| `{kind}` | {_rungs(ladder)} | {'yes' if ladder.waits else ''} |" for kind, ladder in LADDERS.items()]
    head = "| failure | how it is asked again | waits before |\n|---|---|---|"
    return "\n".join(["## The ladders", "", _LADDERS.format(resume=RESUME.text), head, *rows, ""])


def _rungs(ladder: Ladder) -> str:
    told = "; ".join(f"{place}. {rung.text}" for place, rung in enumerate(ladder.rungs, 1))
    return f"{told}; and so on" if ladder.repeats else told
