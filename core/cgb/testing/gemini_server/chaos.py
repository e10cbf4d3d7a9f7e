"""Faults that the service has by itself: in every n-th call, or in a share of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, TypeAlias

from cgb.testing.gemini_server import faults
from cgb.testing.gemini_server.faults.places import places_in

if TYPE_CHECKING:
    from cgb.testing.gemini_server.faults.events import Frame

Kind: TypeAlias = str | Mapping[str, Any]


@dataclass(slots=True)
class Chaos:
    """Every `every`-th call, or a `share` (0 to 1) of the calls, gets one of `kinds` in turn.

    A kind is a fault's name, or its options with `"kind"`; where it says neither `at` nor `after`, a place is drawn
    among those that the answer and the fault have. A kind that an answer has no place for passes its turn on. The
    same `seed` draws the same. A call that is asked again after it failed is spared once.

    Raises:
        ValueError: for a kind that does not exist, or unless exactly one of `every` and `share` is given.
    """

    kinds: Sequence[Kind]
    every: int = 0
    share: float = 0.0
    seed: int = 0
    _options: list[Mapping[str, Any]] = field(init=False, repr=False)
    _random: Random = field(init=False, repr=False)
    _calls: int = field(default=0, init=False, repr=False)
    _due: int = field(default=0, init=False, repr=False)
    _turn: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self._options = [{"kind": kind} if isinstance(kind, str) else kind for kind in self.kinds]
        self._random = Random(self.seed)  # noqa: S311 - repeatable on purpose
        unknown = [str(options.get("kind")) for options in self._options if options.get("kind") not in faults.FAULTS]
        if unknown or not self._options:
            raise ValueError(f"no faults of these names: {', '.join(unknown)}" if unknown else "no kinds of faults")
        if bool(self.every) == bool(self.share):
            raise ValueError("give either `every` or `share`")

    def pick(self, good: list[Frame], form: str, *, spared: bool) -> Mapping[str, Any] | None:
        """The fault of the next call, with its place, or None."""
        self._calls += 1
        chosen = self._calls % self.every == 0 if self.every else self._random.random() < self.share
        self._due += chosen
        if spared or not self._due:
            return None
        for _ in self._options:
            options = self._placed(self._options[self._turn % len(self._options)], good, form)
            self._turn += 1
            if options is not None:
                self._due -= 1
                return options
        return None

    def _placed(self, options: Mapping[str, Any], good: list[Frame], form: str) -> Mapping[str, Any] | None:
        fault = faults.named(options)
        if "at" not in options and "after" not in options:
            places = sorted(fault.places & places_in(good))
            options = {**options, "at": self._random.choice(places)} if places else {**options, "at": ""}
        return options if fault.fits(good, options, form) else None
