"""A simulated Gemini whose answers fail as each question's own cell of the matrix says."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from cgb.testing.gemini_server import SimulatedGemini
from cgb.testing.gemini_server.faults.places import FIRST, LAST, THINKING
from cgb.testing.gemini_server.resuming import rest
from cgb.testing.gemini_server.routes import Turn

from .answers import ANSWERS
from .refusals import KNOWN, options_of

ONCE, EVERY = "once", "every time"
_NUMBER = re.compile(r"cell (\d+)")


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one place of an answer that is asked for in one form, `once` or `every time`; and who asks."""

    fault: str
    place: str
    form: str
    times: str
    client: str

    def question(self, number: int) -> str:
        """What the user says, by which the service knows the cell again."""
        return f"cell {number}"


class Failing(SimulatedGemini):
    """Answers the questions of `cells`, and counts how often each one's fault `happened`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cells: Sequence[Cell] = ()
        self.happened: Counter[int] = Counter()
        self._asked: Counter[int] = Counter()

    @override
    def turn(self, request: Any, headers: dict[str, str]) -> Turn:
        """The cell's answer, or what is left of it."""
        step = ANSWERS[self.cells[_number(request)].place].step
        found = rest(step, request.contents, broke=True)
        return Turn(request, found[0] if found else step)

    @override
    def fault(self, turn: Turn, good: Any, form: str) -> Any:
        """The cell's fault: in the first answer, or in all."""
        number = _number(turn.request)
        cell = self.cells[number]
        self._asked[number] += 1
        if cell.times == ONCE and self._asked[number] > 1:
            return None
        for place in _places(cell.place):
            options = options_of(cell.fault, place)
            if KNOWN[cell.fault].fits(good, options, form):
                self.happened[number] += 1
                return options
        return None


def _number(request: Any) -> int:
    found = _NUMBER.match(request.contents[0]["parts"][0]["text"])
    assert found
    return int(found[1])


def _places(place: str) -> Sequence[str]:
    """Where the fault happens to what is left of an answer: it may be without the place."""
    return (place, FIRST) if place == THINKING else (place, LAST, FIRST)
