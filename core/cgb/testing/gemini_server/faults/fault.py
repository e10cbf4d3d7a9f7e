"""What a fault is: a rewriting of the events of a good answer, with the facts that a test matrix asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.faults.events import Event, Frame
from cgb.testing.gemini_server.faults.places import ANYWHERE, Options, places_in

if TYPE_CHECKING:
    from collections.abc import Mapping

Rewrite: TypeAlias = Callable[[list[Frame], Options], Sequence[Event]]
STREAMED = "streamed"
PLAIN = "plain"
BOTH = (STREAMED, PLAIN)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way an answer can go wrong.

    `places` are those it can happen at, `after` is how many frames it keeps when no place is asked for, `forms`
    are "streamed" (`streamGenerateContent`) and "plain" (`generateContent`), for which `plain` is another rewriting
    where the same will not do. `source` says who saw it. After a `harmless` fault the whole answer is still there,
    with the text `adds` put in at the place; a `final` one is an answer in its own right, that nobody asks again for.
    """

    name: str
    summary: str
    source: str
    rewrite: Rewrite
    places: frozenset[str] = ANYWHERE
    after: int = 0
    forms: tuple[str, ...] = BOTH
    plain: Rewrite | None = None
    harmless: bool = False
    final: bool = False
    adds: str = ""

    @property
    def breaks(self) -> bool:
        """Whether a client has to ask again."""
        return not self.harmless and not self.final

    def apply(self, good: list[Frame], options: Options, form: str = STREAMED) -> list[Event]:
        """The events of an answer with this fault in it.

        Raises:
            GoogleError: 400, when the options ask for a place or form this fault or this answer does not have.
        """
        self._check(good, options, form)
        chosen: Mapping[str, object] = {"after": self.after, **options}
        rewrite = self.plain if form == PLAIN and self.plain else self.rewrite
        return list(rewrite(good, chosen))

    def fits(self, good: list[Frame], options: Options, form: str) -> bool:
        """Whether it can happen to this answer."""
        return self._misfit(good, options, form) == ""

    def _check(self, good: list[Frame], options: Options, form: str) -> None:
        misfit = self._misfit(good, options, form)
        if misfit:
            raise GoogleError(400, f"The script asks for the fault {self.name!r} {misfit}.")

    def _misfit(self, good: list[Frame], options: Options, form: str) -> str:
        if form not in self.forms:
            return f"in a {form} answer; it exists {' and '.join(self.forms)}"
        place = options.get("at")
        if place is None:
            return ""
        if place not in self.places:
            return f"at {place!r}; it can happen at {', '.join(sorted(self.places))}"
        return "" if place in places_in(good) else f"at {place!r}, which this answer does not have"
