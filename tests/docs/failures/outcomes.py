"""What a client can get: the outcomes of the matrix, and by which words the page calls them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cgb.testing.gemini_server.faults import PLAIN
from cgb.testing.gemini_server.faults.places import CALL, FIRST, LAST, TEXT

from .answers import Block


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an answer ends.

    Attributes:
        text: what the page says of it.
        stop_reason: the end of an answer; "" for that of the good one.
        keeps: whether it is what was said before the fault, and not the whole.
        says: blocks that are put in at the place, or said after what is kept.
        ends_with: the beginning of what the bridge itself says last.
        without_arguments: whether the calls are without theirs.
        status: an error's HTTP status.
        in_stream: whether a streaming client gets the error as an event, because an answer had begun.
        error: an error's type.
        words: what its message says.
        headers: what its response says besides, where it is one.
    """

    text: str
    stop_reason: str = ""
    keeps: bool = False
    says: tuple[Block, ...] = ()
    ends_with: str = ""
    without_arguments: bool = False
    status: int = 0
    in_stream: bool = False
    error: str = ""
    words: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fate:
    """What comes of a fault that happens `once`, and of one that happens every time.

    Attributes:
        once, every: the outcomes, but for the places in `at`.
        at: both outcomes at a place of its own rule.
        plain: the same for an answer that is not streamed, where it differs.
    """

    once: Outcome
    every: Outcome
    at: Mapping[str, tuple[Outcome, Outcome]] = field(default_factory=dict)
    plain: "Fate | None" = None

    def outcomes(self, place: str, form: str) -> tuple[Outcome, Outcome]:
        """Both outcomes of a cell."""
        fate = self.plain if self.plain and form == PLAIN else self
        return fate.at.get(place, (fate.once, fate.every))


WHOLE = Outcome("the whole answer")
KEPT = Outcome("the calls before it are made", stop_reason="tool_use", keeps=True)
ENDED = Outcome("ends as Gemini ended it", stop_reason="end_turn", keeps=True)
FULL = Outcome("`max_tokens`", stop_reason="max_tokens", keeps=True)


def refusal(word: str) -> Outcome:
    """What was said before, and a refusal that gives Gemini's word for it."""
    said = f"\n\n[Gemini refused to answer: {word}"
    return Outcome("`refusal`", stop_reason="refusal", keeps=True, ends_with=said)


def made(*calls: Block) -> Outcome:
    """What was said before, and the calls that were spoilt."""
    return Outcome("the spoilt call is made", stop_reason="tool_use", keeps=True, says=calls)


def with_words(*blocks: Block) -> Outcome:
    """The whole answer, with what the fault adds to it."""
    return Outcome("the whole answer, and what was added to it", says=blocks)


def error(status: int, kind: str = "api_error", words: str = "", **headers: str) -> Outcome:
    """An error: an HTTP response, or an event where something was shown; `x_should_retry="false"` is a header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Outcome(f"{status} `{kind}`", status=status, error=kind, words=words, headers=named)


def lasting(outcome: Outcome) -> Fate:
    """What comes of a fault for which nobody asks again."""
    return Fate(outcome, outcome)


def passing(failure: Outcome) -> Fate:
    """An error before anything was said: the next attempt gets an answer."""
    return Fate(WHOLE, failure)


def begun(failure: Outcome) -> Outcome:
    """The same error, after an answer has begun: its status line is out."""
    return replace(failure, in_stream=True)


def lost(failure: Outcome, first: Outcome | None = None) -> Fate:
    """The answer breaks at the place, also one that is not streamed; whole calls are kept.

    Args:
        failure: what it is in the end.
        first: the same if it breaks before its first part, where that is no error inside a stream.
    """
    return Fate(WHOLE, begun(failure), {FIRST: (WHOLE, first or begun(failure)), CALL: (KEPT, KEPT)})


def lost_whole(failure: Outcome) -> Fate:
    """The same, but where it is not streamed nothing is left of it, so that it can be asked for again."""
    return replace(lost(failure, failure), plain=passing(failure))


def empty(failure: Outcome) -> Fate:
    """Frames that say nothing, and are an error in the end."""
    return Fate(WHOLE, begun(failure))


def odd(failure: Outcome) -> Fate:
    """An odd end: words before it are the answer, calls are made, and where nothing was said it is asked again."""
    return Fate(WHOLE, begun(failure), {TEXT: (ENDED, ENDED), CALL: (KEPT, KEPT), LAST: (WHOLE, WHOLE)})


def spoilt(*calls: Block) -> Fate:
    """Calls that were spoilt but can be made: at once where words were shown before, else if asking again fails."""
    spoken = dict.fromkeys((TEXT, CALL, LAST), (made(*calls), made(*calls)))
    return Fate(WHOLE, made(*calls), spoken)


def refused(word: str) -> Fate:
    """A refusal, which keeps what was said before it."""
    return lasting(refusal(word))


def passing_refusal(word: str) -> Fate:
    """A refusal that is asked again if nothing was said before."""
    spoken = dict.fromkeys((TEXT, CALL, LAST), (refusal(word), refusal(word)))
    return Fate(WHOLE, refusal(word), spoken)
