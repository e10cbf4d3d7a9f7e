"""Tries every property of a plugin on the same examples, and makes small what breaks one."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from traceback import walk_stack
from typing import TYPE_CHECKING, TypeAlias

from . import requests, routes, streams, transports, watching, wrappers
from .clock import Stuck, TimelessLoop
from .drawing import drawn, shrink
from .trial import Property, Refusal, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..subject import Subject
    from .example import Example

_MODULES = (transports, wrappers, routes, requests, streams, watching)
PROPERTIES = tuple(prop for module in _MODULES for prop in module.PROPERTIES)

_IMPORT = "<frozen importlib."
"""What stands for a file in the frames of an import."""
HANG_S = 10.0
"""After so many real seconds without an end, a hook hangs."""
IMPORTS_S = 120.0
"""So long may it take with imports, which do not count: LiteLLM's, at the first request, can take 30 s."""
SHRINK_S = 5.0
"""So long may it take to make an example small, in real seconds."""
HELD_S = 0.5
"""So long may a hook keep all others waiting, in real seconds."""
_MAY_BLOCK = frozenset({"request_finished"})
"""Hooks that are called in a thread where they are synchronous."""
PATIENCE_S = 86_400.0
"""So long may it take on the loop's clock, where waiting costs nothing."""


@dataclass(frozen=True, slots=True)
class Broken:
    """How a property was broken."""

    text: str
    error: BaseException


Result: TypeAlias = tuple[Property, Broken | None]


class Suite:
    """The properties of one plugin.

    Runs in a thread of its own: in the caller's there may be an event loop, and a hook that hangs would hang there.

    Args:
        subject: the plugin.
        count: on how many examples each property is tried.
    """

    def __init__(self, subject: Subject, count: int) -> None:
        self._subject = subject
        self._count = count
        self._loop = TimelessLoop()
        self._running: tuple[Property, float] | None = None
        self._small: list[tuple[bool, Example]] = []
        self._done: queue.SimpleQueue[Result | BaseException | None] = queue.SimpleQueue()

    def results(self) -> Iterator[Result]:
        """Each property that applies, and what broke it, as soon as that is known."""
        threading.Thread(target=self._run, name="cgb-check", daemon=True).start()
        while (result := self._next()) is not None:
            if isinstance(result, BaseException):
                raise result
            yield result
            if result[1] and isinstance(result[1].error, _Hangs):
                return

    def _next(self) -> Result | BaseException | None:
        imported = 0.0
        while True:
            try:
                return self._done.get(timeout=HANG_S / 10)
            except queue.Empty:
                running, now = self._running, monotonic()
                imported = now if _imports() else imported
                if running and now - max(running[1], imported) > HANG_S:
                    return _hanging(running[0], f"it did not return within {HANG_S:g} s, and holds everything up")
                if running and now - running[1] > IMPORTS_S:
                    return _hanging(running[0], f"what it imports did not end within {IMPORTS_S:g} s")

    def _run(self) -> None:
        subject = self._subject
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                for prop in PROPERTIES:
                    if prop.hook in subject.steps and prop.applies(subject):
                        self._done.put((prop, self._broken(prop, runner)))
        except BaseException as error:  # noqa: BLE001 - handed over to the caller's thread
            self._done.put(error)
        self._done.put(None)

    def _broken(self, prop: Property, runner: asyncio.Runner) -> Broken | None:
        every = drawn(self._count if prop.shows else 1, with_answers=prop.needs_answers)
        # What is small already and broke another property is the best that there is to show.
        small = [example for with_answers, example in self._small if with_answers == prop.needs_answers]
        for example in (*small, *every):
            if error := self._tried(prop, example, runner):
                if prop.shows and example not in small:
                    example, error = self._smallest(prop, example, error, runner)  # noqa: PLW2901 - the loop ends here
                    self._small.append((prop.needs_answers, example))
                return Broken(f"  {_said(error)}\n{example.shown(*self._shown(prop))}".rstrip(), error)
        return None

    def _shown(self, prop: Property) -> list[str]:
        """The members of an example that tell something: a target only where the hook is handed one."""
        own = self._subject.steps[prop.hook].arguments
        return [name for name in prop.shows if name != "target" or name in own]

    def _smallest(
        self, prop: Property, example: Example, error: BaseException, runner: asyncio.Runner
    ) -> tuple[Example, BaseException]:
        """The smallest example that breaks a property, as far as hypothesis finds one in time."""
        found = [(example, error)]
        end = monotonic() + SHRINK_S

        def fails(smaller: Example) -> None:
            if monotonic() > end:
                raise Stuck
            if broken := self._tried(prop, smaller, runner):
                found.append((smaller, broken))
                raise broken

        if not isinstance(error, Stuck):
            with suppress(Exception, Stuck):
                shrink(fails, self._count, with_answers=prop.needs_answers)
        return found[-1]

    def _tried(self, prop: Property, example: Example, runner: asyncio.Runner) -> BaseException | None:
        """What came of one example; who is slow is asked twice, since machines have hiccups."""
        error = self._once(prop, example, runner)
        return self._once(prop, example, runner) if isinstance(error, Stuck) else error

    def _once(self, prop: Property, example: Example, runner: asyncio.Runner) -> BaseException | None:
        trial = Trial(self._subject, self._subject.steps[prop.hook], example.fresh())
        self._running = (prop, monotonic())
        try:
            runner.run(self._in_time(prop, trial))
        except Refusal:
            return None
        except (Exception, Stuck) as error:  # noqa: BLE001 - whatever a stranger's code raises
            return error
        finally:
            self._running = None
        return None

    async def _in_time(self, prop: Property, trial: Trial) -> None:
        self._loop.held_s = 0.0
        try:
            async with asyncio.timeout(PATIENCE_S) as patience:
                await prop.holds(trial)
        except TimeoutError as error:
            if patience.expired():
                raise Stuck("it waits for something that never comes") from error
            raise
        await asyncio.sleep(0)
        if self._loop.held_s > HELD_S and prop.hook not in _MAY_BLOCK:
            raise Stuck(f"it holds the event loop for {self._loop.held_s:.1f} s: nobody else is answered meanwhile")


class _Hangs(Stuck):
    """It never came back."""


def _hanging(prop: Property, how: str) -> Result:
    return prop, Broken(f"  {how}", _Hangs(how))


def _imports() -> bool:
    """Whether a thread other than the caller's imports something; a hook may have it done by any."""
    frames = sys._current_frames()  # noqa: SLF001 - documented, and the only way to see it
    frames.pop(threading.get_ident(), None)
    return any(_IMPORT in frame.f_code.co_filename for top in frames.values() for frame, _ in walk_stack(top))


def _said(error: BaseException) -> str:
    """What went wrong, in words."""
    return str(error) if isinstance(error, AssertionError | Stuck) else f"it raised {type(error).__name__}: {error}"
