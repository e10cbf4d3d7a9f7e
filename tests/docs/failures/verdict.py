"""Whether a client got what was expected of a cell."""

from collections.abc import Iterator, Sequence

from cgb.testing.gemini_server.faults.places import FIRST, THINKING

from .answers import ANSWERS, Block, joined
from .answers import THOUGHTS as WHOLE_THOUGHTS
from .client import STREAM, Seen
from .expected import THOUGHTS, fate
from .outcomes import Outcome
from .service import ONCE, Cell

SOON_S = 15.0
"""The longest that a cell may take, on a machine that is busy otherwise."""


def faults_of(cell: Cell, seen: Seen) -> list[str]:
    """What is wrong with what the client saw; nothing, as a rule."""
    once, every = fate(cell.fault).outcomes(cell.place, cell.form)
    outcome = once if cell.times == ONCE else every
    found = _of_error(cell, outcome, seen) if outcome.error else _of_answer(cell, outcome, seen)
    late = [f"took {seen.seconds:.1f} s"] if seen.seconds > SOON_S else []
    absent = [] if seen.happened else ["the fault did not happen"]
    return [*seen.faulty, *found, *late, *absent]


def _of_answer(cell: Cell, outcome: Outcome, seen: Seen) -> Iterator[str]:
    if seen.error is not None:
        yield f"failed: {seen.error}"
        return
    stop_reason = outcome.stop_reason or ANSWERS[cell.place].stop_reason
    if seen.stop_reason != stop_reason:
        yield f"stop reason {seen.stop_reason}, not {stop_reason}"
    wanted, blocks = _wanted(cell, outcome), _without_given_up(cell, seen.blocks)
    said = blocks
    if outcome.ends_with:
        *_, (kind, last) = [("", ""), *blocks]
        head, found, _ = str(last).rpartition(outcome.ends_with)
        if kind != "text" or not found or not str(last).endswith(".]"):
            yield f"no {outcome.ends_with!r} at the end of {last!r}"
        said = (*blocks[:-1], *([("text", head)] if head else []))
    only_thoughts = len(wanted) == len(said) == 1 and all(_is_given_up(cell, one) for one in (*said, *wanted))
    if said != wanted and not only_thoughts:
        yield f"said {_short(said)}, not {_short(wanted)}"
    if len(set(seen.ids)) < len(seen.ids):
        yield f"calls with the same id: {seen.ids}"
    if min(seen.usage) < 0 or not seen.usage[0]:
        yield f"no usage: {seen.usage}"


def _of_error(cell: Cell, outcome: Outcome, seen: Seen) -> Iterator[str]:
    """An error, before which was said what belongs to the answer."""
    error = seen.error
    if error is None:
        yield f"no error, but {seen.stop_reason}: {_short(seen.blocks)}"
        return
    if error.type != outcome.error or outcome.words not in error.message:
        yield f"{error.type}: {error.message}; not {outcome.error}: {outcome.words}"
    is_event = outcome.in_stream and cell.client == STREAM
    if error.status != (200 if is_event else outcome.status):
        yield f"HTTP {error.status}, not {outcome.status}"
    if not is_event and any(error.headers.get(name) != value for name, value in outcome.headers.items()):
        yield f"headers {error.headers}, without {outcome.headers}"
    said = _without_given_up(cell, seen.blocks)
    if not (len(said) == 1 and _is_given_up(cell, said[0])) and not _is_beginning(said, ANSWERS[cell.place].whole()):
        yield f"said {_short(seen.blocks)} before, which is not the answer's beginning"


def _wanted(cell: Cell, outcome: Outcome) -> tuple[Block, ...]:
    answer = ANSWERS[cell.place]
    wanted = joined((*answer.before, *outcome.says)) if outcome.keeps else answer.whole(*outcome.says)
    if outcome.without_arguments:
        return tuple((kind, (said[0], {})) if kind == "tool_use" else (kind, said) for kind, said in wanted)
    return wanted


def _without_given_up(cell: Cell, blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks without the thoughts of attempts that were given up after them: nobody takes those back."""
    left = list(blocks)
    most = 0 if cell.place not in {FIRST, THINKING} else 1 if cell.times == ONCE else len(blocks)
    while most and len(left) > 1 and left[1][0] == "thinking" and _is_given_up(cell, left[0]):
        del left[0]
        most -= 1
    return tuple(left)


def _is_given_up(cell: Cell, block: Block) -> bool:
    """Whether it is a beginning of the answer's thoughts, with what the fault thinks itself."""
    alone = THOUGHTS.get(cell.fault, "")
    begun = joined((*ANSWERS[cell.place].before, ("thinking", alone)))[0][1]
    return block[0] == "thinking" and any(one.startswith(block[1]) for one in (begun, WHOLE_THOUGHTS, alone))


def _is_beginning(said: Sequence[Block], whole: Sequence[Block]) -> bool:
    """Whether it is all of the first blocks, and the last of them as far as it goes."""
    *before, last = said or [("", "")]
    place = len(before)
    if tuple(before) != tuple(whole[:place]):
        return False
    return not said or (place < len(whole) and last[0] == whole[place][0] and str(whole[place][1]).startswith(last[1]))


def _short(blocks: Sequence[Block]) -> str:
    text = repr(blocks)
    return text if len(text) < 600 else f"{text[:400]} … {text[-200:]}"
