"""The stretches in which a coroutine's own code runs: between one wait and the next, the event loop can do nothing."""

from __future__ import annotations

from asyncio import CancelledError
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator


NOT_BEGUN: Any = object()


class Abandoned(CancelledError):
    """Thrown into something that waits and that nobody wants any more, without its task being cancelled."""


class Stopwatch(Protocol):
    """Told when a stretch begins and when it ends."""

    def enter(self) -> None:
        """Code runs from now on."""

    def leave(self) -> None:
        """It waits, or is over."""


async def stretched(awaited: Awaitable[Any], watch: Stopwatch) -> Any:
    """Await something, and tell the stopwatch of each stretch."""
    begun = Begun(awaited, watch)
    return begun.result if begun.is_over else await begun


class Begun:
    """Something awaitable, its first stretch over: what never waits is finished then. Await it for the rest.

    Args:
        awaited: a coroutine may have begun already.
        watch: told of each stretch.
        waits_for: where it has begun, what it waits for.

    Attributes:
        is_over: whether it has come to its `result`.
        result: what it has come to.
    """

    def __init__(self, awaited: Awaitable[Any], watch: Stopwatch, waits_for: Any = NOT_BEGUN) -> None:
        self._watch = watch
        self.is_over = False
        self.result: Any = None
        self._steps: Any = awaited.__await__() if waits_for is NOT_BEGUN else awaited
        if not hasattr(self._steps, "send"):
            self._steps = _generator(self._steps)
        self._waiting = self._resume(self._steps.send, None) if waits_for is NOT_BEGUN else waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        while not self.is_over:
            try:
                given, resume = (yield self._waiting), self._steps.send
            except BaseException as error:  # noqa: BLE001 - whatever is thrown in belongs to what is awaited
                given, resume = error, self._steps.throw
            self._waiting = self._resume(resume, given)
        return self.result

    def _resume(self, resume: Callable[[Any], Any], given: Any) -> Any:
        """What it waits for next, unless it is over."""
        self._watch.enter()
        try:
            return resume(given)
        except StopIteration as end:
            self.is_over, self.result = True, end.value
        finally:
            self._watch.leave()


def _generator(steps: Any) -> Generator[Any, Any, Any]:
    """An iterator of somebody's own making as a generator, into which things can be sent and thrown."""
    return (yield from steps)


def forgotten(value: object) -> str:
    """A hint, if a value is a coroutine that somebody forgot to await; it is closed, so that Python need not warn."""
    if not iscoroutine(value):
        return ""
    value.close()
    return ": an `await` is missing"
