"""Rules that never win, and rules that can hold together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .rules import Numbered
    from .when import When


def unreachable(rules: Sequence[Numbered]) -> dict[int, str]:
    """For the number of each rule that never wins, why: earlier ones hold whenever it does.

    Sound, not complete: conditions are compared fact by fact, so a rule named here never wins, but one that
    never wins for a subtler reason is not named.
    """
    found: dict[int, str] = {}
    for place, one in enumerate(rules):
        covering = [_covering(when, rules[:place]) for when in one.rule.when]
        if all(covering):
            names = dict.fromkeys(str(other) for other in covering if other)
            verb = "holds" if len(names) == 1 else "hold"
            found[one.number] = f"{one} never wins: {' and '.join(names)} {verb} whenever it does"
    return found


def overlapping(rules: Sequence[Numbered]) -> dict[int, str]:
    """For the number of each rule that earlier ones can take requests from, which those are.

    Neither rules that never win are meant, nor exceptions that stand before the general case, nor rules that
    lead to the same.
    """
    lost = unreachable(rules)
    reached = [one for one in rules if one.number not in lost]
    found: dict[int, str] = {}
    for place, one in enumerate(reached):
        if names := [str(other) for other in reached[:place] if _compete(other, one)]:
            wins = "then wins" if len(names) == 1 else "then win"
            found[one.number] = f"{one} can hold together with {', '.join(names)}, which {wins}"
    return found


def problems(rules: Sequence[Numbered]) -> Iterator[tuple[str, bool]]:
    """What is to be said of rules at start, and whether it is surely a mistake."""
    yield from ((text, True) for text in unreachable(rules).values())
    yield from ((text, False) for text in overlapping(rules).values())


def _covering(when: When, earlier: Sequence[Numbered]) -> Numbered | None:
    """The earlier rule that holds whenever these conditions do."""
    return next((one for one in earlier if any(when.implies(other) for other in one.rule.when)), None)


def _compete(earlier: Numbered, later: Numbered) -> bool:
    if (earlier.rule.to, earlier.rule.set) == (later.rule.to, later.rule.set):
        return False
    is_exception = all(_covering(when, (later,)) for when in earlier.rule.when)
    return not is_exception and any(not one.excludes(other) for one in earlier.rule.when for other in later.rule.when)
