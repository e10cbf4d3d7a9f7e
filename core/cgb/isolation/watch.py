"""The generators that an answer comes through, each of which is a plugin's: whose fault it is, and who takes time."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from traceback import walk_tb
from types import AsyncGeneratorType
from typing import TYPE_CHECKING, Any, get_args

from ..messages import Event, Grammar, GrammarError
from .stretches import forgotten, stretched

if TYPE_CHECKING:
    from types import FrameType

    from ..steps import Step

WATCHED = 256
"""One answer in so many is watched, layer by layer: it takes twice what another takes."""

_EVENTS = get_args(Event)
_END: Any = object()


class Layers:
    """The layers of one request.

    Attributes:
        watch: what is seen of each layer, if this answer is one of those that are watched.
    """

    def __init__(self) -> None:
        self.watch: Watch | None = None
        self._steps: dict[FrameType, Step] = {}

    def add(self, events: AsyncGenerator[Event], step: Step) -> AsyncGenerator[Event]:
        """The same events, and it is known from now on whose they are.

        Raises:
            Internal: they are no async generator.
        """
        if type(events) is not AsyncGeneratorType and not isinstance(events, AsyncGenerator):
            hint = ": a `yield` is missing" if forgotten(events) else ""
            raise step.broken(f"returned {type(events).__name__} where an async generator was due{hint}")
        if frame := getattr(events, "ag_frame", None):
            self._steps.setdefault(frame, step)  # a wrapper may hand on the very generator that it was given
        return self.watch.over(events, step) if self.watch else events

    def blamed(self, error: BaseException) -> Step | None:
        """The innermost layer that an error came through: found by the traceback, free until then."""
        if isinstance(error.__cause__, StopIteration | StopAsyncIteration):
            error = error.__cause__  # Python puts a RuntimeError in its place, which has not come through the layer
        passed = (self._steps.get(frame) for frame, _ in walk_tb(error.__traceback__))
        return next(reversed([step for step in passed if step]), None)

    def clear(self) -> None:
        """The answer is over: what its generators held can go."""
        self._steps.clear()
        self.watch = None


class Watch:
    """Sees what every layer of one answer hands on, and how long its own code runs.

    The layers of an answer take turns, the outer one waiting while the inner one runs: so one clock is enough, and
    what runs inside a layer is not counted as the layer's own.

    Args:
        spent: where each plugin's seconds are added.
        stands_for: how many answers this one is taken for in the plugins' figures: those since the last one watched.

    Attributes:
        suspect: the first layer that handed on what may not stand there, and what that was.
    """

    def __init__(self, spent: dict[str, float], stands_for: int = 1) -> None:
        self.suspect: tuple[Step, str] | None = None
        self._spent = spent
        self.stands_for = stands_for
        self._running: list[Step | None] = []
        self._since = 0.0

    async def over(self, events: AsyncGenerator[Event], step: Step | None) -> AsyncGenerator[Event]:
        """A layer's events; without a step, those of the core."""
        grammar, turns = Grammar(), _Turns(self, step)
        try:
            while (event := await stretched(anext(events, _END), turns)) is not _END:
                if type(event) is not grammar.repeats or event.index != grammar.index:  # type: ignore[attr-defined]
                    self._read(grammar, event, step)
                yield event
            if not grammar.complete:
                self._suspect(step, "ended the answer without message_stop" if grammar.started else "said nothing")
        finally:
            await stretched(events.aclose(), turns)

    def enter(self, step: Step | None) -> None:
        """A layer's code runs, until it leaves or another one enters."""
        self._charge()
        self._running.append(step)

    def leave(self) -> None:
        """The layer that entered last hands back to the one around it."""
        self._charge()
        self._running.pop()

    def _charge(self) -> None:
        now = time.perf_counter()
        step = self._running[-1] if self._running else None
        if step is not None:
            took = now - self._since
            self._spent[step.plugin] = self._spent.get(step.plugin, 0.0) + took
            step.owner.stats.stream_seconds += took * self.stands_for
            step.held(took)
        self._since = now

    def _read(self, grammar: Grammar, event: Event, step: Step | None) -> None:
        try:
            read(grammar, event)
        except GrammarError as error:
            self._suspect(step, f"yielded what may not stand there: {error}")

    def _suspect(self, step: Step | None, how: str) -> None:
        if step is not None and self.suspect is None:
            self.suspect = (step, how)


class _Turns:
    """A layer's turns on the clock of all."""

    __slots__ = ("_step", "_watch")

    def __init__(self, watch: Watch, step: Step | None) -> None:
        self._watch = watch
        self._step = step

    def enter(self) -> None:
        self._watch.enter(self._step)

    def leave(self) -> None:
        self._watch.leave()


def read(grammar: Grammar, event: Event) -> None:
    """Take one event.

    Raises:
        GrammarError: it may not stand here, or is no event.
    """
    if not isinstance(event, _EVENTS):
        raise GrammarError(f"{type(event).__name__} is no event{forgotten(event)}")
    grammar.read(event)
