"""Whether an answer's events are an answer."""

from collections.abc import Iterable, Sequence

from ..messages import Accumulator, Event, Grammar, Message

_AROUND = 4
_LONGEST = 160


def assert_stream(events: Iterable[Event]) -> Message:
    """The message that these events stream.

    Raises:
        AssertionError: a client could not read them; shows the events round the fault.
    """
    seen = tuple(events)
    grammar, answer = Grammar(), Accumulator()
    for place, event in enumerate(seen):
        try:
            grammar.read(event)
            answer.add(event)
        except (ValueError, AttributeError, TypeError) as error:
            raise AssertionError(_shown(seen, place, str(error))) from error
    try:
        grammar.end()
    except ValueError as error:
        raise AssertionError(_shown(seen, len(seen), str(error))) from None
    return answer.message


def _shown(events: Sequence[Event], place: int, why: str) -> str:
    """The events round the fault, numbered, the faulty one marked."""
    lines = [f"{'>' if at == place else ' '} {at:4} {_line(event)}" for at, event in enumerate(events)]
    lines += [f"> {len(events):4} (the end)"] if place == len(events) else []
    first = max(0, place - _AROUND)
    return "\n".join([f"not an answer: {why}", *lines[first : place + _AROUND + 1]])


def _line(event: Event) -> str:
    text = repr(event)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
