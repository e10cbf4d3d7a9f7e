"""Which rungs each failure climbs, before any text or tool call was shown: the table `LADDERS`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cgb import ApiError, Overloaded, RateLimited, Timeout, UnusableAnswer, UpstreamFailed

from .changes import Change, cooler, corrected, hotter, roomier, roomiest


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to ask again.

    Attributes:
        kind: of the note that is made of it.
        text: what is done, for people.
        changes: what is changed in the request.
        remedied: whether the options that the failure itself proposes are set, from now on.
    """

    kind: str
    text: str
    changes: tuple[Change, ...] = ()
    remedied: bool = False


@dataclass(frozen=True, slots=True)
class Ladder:
    """What is done about one kind of failure: each time it comes, the next rung.

    What is left at the top, is known by the failure itself: calls that it proposes are made, a `stop_reason` ends the
    answer, and otherwise it is an error.

    Attributes:
        rungs: how to ask again, in order.
        repeats: whether the last rung is taken as often as the settings allow.
        waits: whether to wait before each, longer each time.
    """

    rungs: tuple[Rung, ...]
    repeats: bool = False
    waits: bool = False

    def rung(self, failures: int) -> Rung | None:
        """The rung for a failure that came so many times before."""
        if failures < len(self.rungs):
            return self.rungs[failures]
        return self.rungs[-1] if self.repeats else None


AGAIN: Final = Rung("retry", "asked again")
HOTTER: Final = Rung("changed", "asked again at a higher temperature", (hotter,))
STRICT: Final = Rung("changed", "asked again at a lower temperature, with calls held to their schema", (cooler,), True)
NOTED: Final = Rung("corrected", "asked again, telling the model what was wrong", (corrected,))
HOTTER_NOTED: Final = Rung(NOTED.kind, NOTED.text, (hotter, corrected))
STRICT_NOTED: Final = Rung(NOTED.kind, NOTED.text, (cooler, corrected), True)
REMEDIED: Final = Rung("changed", "asked again as the transport proposed", remedied=True)
ROOMIER: Final = Rung("changed", "asked again with more room and less thinking", (roomier,))
ROOMIEST: Final = Rung("changed", "asked again with all the room there is and the least thinking", (roomiest,))

_LOST: Final = Ladder((AGAIN, AGAIN, HOTTER), repeats=True, waits=True)
_BUSY: Final = Ladder((AGAIN,), repeats=True, waits=True)

LADDERS: Final[Mapping[str, Ladder]] = {
    # The answer was lost on its way.
    "cut": _LOST,
    "stall": _LOST,
    "no_candidates": _LOST,
    "malformed": _LOST,
    # The model said nothing: BerriAI/litellm#24442.
    "empty": Ladder((AGAIN, AGAIN, HOTTER, HOTTER_NOTED), repeats=True, waits=True),
    "no_room": Ladder((ROOMIER, ROOMIEST)),
    # The model said it wrongly: pydantic/pydantic-ai#3300, langchain-ai/langgraph#6574, epam/ai-dial#325.
    "malformed_call": Ladder((AGAIN, STRICT, STRICT_NOTED)),
    "unexpected_tool_call": Ladder((AGAIN, NOTED)),
    "missing_signature": Ladder((REMEDIED,)),
    # The provider did not like it.
    "recitation": Ladder((HOTTER_NOTED, AGAIN)),
    "other": Ladder((HOTTER, AGAIN)),
    # No answer at all (Gemini API contract, errors).
    "failed": Ladder((AGAIN,), waits=True),
    "unreachable": _BUSY,
    "overloaded": _BUSY,
    "timeout": _BUSY,
    "rate_limited": _BUSY,
}


def kind_of(error: ApiError) -> str:
    """What kind of failure it is; "" for one that would be the same the next time."""
    match error:
        case UnusableAnswer(kind=kind):
            return kind
        case UpstreamFailed(status=500):
            return "failed"
        case UpstreamFailed():
            return "unreachable"
        case Overloaded():
            return "overloaded"
        case Timeout():
            return "timeout"
        case RateLimited():
            return "rate_limited"
        case _:
            return ""


def ladder_of(error: ApiError, patience_s: float) -> Ladder | None:
    """The ladder for a failure; None where asking again would not help, or not soon enough."""
    if error.should_retry is False or (error.retry_after or 0) > patience_s:
        return None
    kind = kind_of(error)
    return LADDERS.get(kind, _LOST) if kind else None
