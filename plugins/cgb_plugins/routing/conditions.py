"""What a condition wants of a fact, and what follows from it for another condition on the same fact."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase, translate
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable
    from datetime import datetime
    from zoneinfo import ZoneInfo

_MAGIC = re.compile(r"[*?\[]")


class Condition(Protocol):
    """A test of one fact; its text is what it wants."""

    def holds(self, found: Any, /) -> bool:
        """Whether the fact is as wanted."""
        ...

    def implies(self, other: Any, /) -> bool:
        """Whether the other, of the same kind, holds whenever this one does; False where that cannot be told."""
        ...

    def excludes(self, other: Any, /) -> bool:
        """Whether the two, of the same kind, never hold together; False where that cannot be told."""
        ...


@dataclass(frozen=True, slots=True)
class Globs:
    """One of the words fits one of the patterns, case included."""

    patterns: tuple[str, ...]
    _any: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_any", re.compile("|".join(map(translate, self.patterns))))

    def holds(self, found: Collection[str], /) -> bool:
        """See `Condition`."""
        return any(map(self._any.match, found))

    def implies(self, other: Globs, /) -> bool:
        """See `Condition`."""
        return all(any(_covers(wider, one) for wider in other.patterns) for one in self.patterns)

    def excludes(self, other: Globs, /) -> bool:
        """See `Condition`; for facts that are one word."""
        return all(_differ(one, another) for one in self.patterns for another in other.patterns)

    def __str__(self) -> str:
        return " or ".join(self.patterns)


@dataclass(frozen=True, slots=True)
class Count:
    """A number from `low` to `high`, both included; without `high`, any from `low` on."""

    low: int
    high: int | None = None

    def holds(self, found: int, /) -> bool:
        """See `Condition`."""
        return self.low <= found and (self.high is None or found <= self.high)

    def implies(self, other: Count, /) -> bool:
        """See `Condition`."""
        return other.low <= self.low and (other.high is None or (self.high is not None and self.high <= other.high))

    def excludes(self, other: Count, /) -> bool:
        """See `Condition`."""
        return _below(self, other) or _below(other, self)

    def __str__(self) -> str:
        if self.high is None:
            return f"at least {self.low}"
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the values; with `but`, any other than these."""

    values: frozenset[Hashable]
    but: bool = False

    def holds(self, found: Hashable, /) -> bool:
        """See `Condition`."""
        return (found in self.values) is not self.but

    def implies(self, other: OneOf, /) -> bool:
        """See `Condition`."""
        if other.but:
            return other.values <= self.values if self.but else not self.values & other.values
        return not self.but and self.values <= other.values

    def excludes(self, other: OneOf, /) -> bool:
        """See `Condition`."""
        if self.but and other.but:
            return False
        return self.implies(OneOf(other.values, but=not other.but)) or other.implies(
            OneOf(self.values, but=not self.but)
        )

    def __str__(self) -> str:
        told = " or ".join(sorted(map(_told, self.values)))
        return f"not {told}" if self.but else told


@dataclass(frozen=True, slots=True)
class Schedule:
    """A minute of the day on one of these days of the week (Monday is 0), by the clocks of a zone or the machine's."""

    minutes: frozenset[int]
    days: frozenset[int]
    zone: ZoneInfo | None
    text: str

    def holds(self, found: datetime, /) -> bool:
        """See `Condition`."""
        local = found.astimezone(self.zone)
        return local.weekday() in self.days and local.hour * 60 + local.minute in self.minutes

    def implies(self, other: Schedule, /) -> bool:
        """See `Condition`."""
        return self.zone == other.zone and self.minutes <= other.minutes and self.days <= other.days

    def excludes(self, other: Schedule, /) -> bool:
        """See `Condition`."""
        return self.zone == other.zone and not (self.minutes & other.minutes and self.days & other.days)

    def __str__(self) -> str:
        return self.text


def _covers(wider: str, pattern: str) -> bool:
    """Whether whatever fits the pattern fits the wider one; False for some that do, as `?` and `[` are not weighed."""
    if wider in {pattern, "*"}:
        return True
    if not _MAGIC.search(pattern):
        return fnmatchcase(pattern, wider)
    if re.search(r"[?\[]", wider) or "[" in pattern:
        return False
    # What stands for any text can only be under a star of the wider one, and there any text will do.
    return fnmatchcase(re.sub(r"[*?]", "\0", pattern), wider)


def _differ(one: str, another: str) -> bool:
    """Whether no word fits both: one is a plain word that does not fit, or they begin differently."""
    if not _MAGIC.search(one):
        return not fnmatchcase(one, another)
    if not _MAGIC.search(another):
        return not fnmatchcase(another, one)
    begins, other = _MAGIC.split(one)[0], _MAGIC.split(another)[0]
    return not (begins.startswith(other) or other.startswith(begins))


def _below(one: Count, another: Count) -> bool:
    return one.high is not None and one.high < another.low


def _told(value: Hashable) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
