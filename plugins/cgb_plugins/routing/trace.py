"""What each rule said to a request, for who wants to know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, overload

from typing_extensions import override

from .overlap import overlapping, unreachable

if TYPE_CHECKING:
    from .facts import Facts
    from .rules import Numbered
    from .when import When


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition: what it wants, what it found, whether that will do."""

    fact: str
    wanted: str
    found: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule: whether it holds and whether it won, condition by condition; `when` has a list for each of its tables."""

    rule: int
    name: str
    to: tuple[str, ...]
    holds: bool
    wins: bool
    when: tuple[tuple[Judged, ...], ...]
    remark: str


class Trace(Sequence[Verdict]):
    """The verdicts on all rules, found out when they are first looked at: most requests are explained to nobody."""

    def __init__(self, rules: Sequence[Numbered], winner: Numbered | None, facts: Facts) -> None:
        self._rules = rules
        self._winner = winner
        self._facts = facts

    @overload
    def __getitem__(self, place: int) -> Verdict: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Verdict]: ...
    @override
    def __getitem__(self, place: int | slice) -> Verdict | Sequence[Verdict]:
        return self._verdicts[place]

    @override
    def __len__(self) -> int:
        return len(self._rules)

    @cached_property
    def _verdicts(self) -> tuple[Verdict, ...]:
        remarks = overlapping(self._rules) | unreachable(self._rules)
        return tuple(self._verdict(one, remarks.get(one.number, "")) for one in self._rules)

    def _verdict(self, one: Numbered, remark: str) -> Verdict:
        return Verdict(
            rule=one.number,
            name=one.rule.name,
            to=one.rule.to,
            holds=one.holds(self._facts),
            wins=one is self._winner,
            when=tuple(tuple(_judged(when, self._facts)) for when in one.rule.when),
            remark=remark,
        )


def _judged(when: When, facts: Facts) -> list[Judged]:
    return [
        Judged(name, str(condition), facts.told(name), condition.holds(facts.of(name)))
        for name, condition in when.conditions.items()
    ]
