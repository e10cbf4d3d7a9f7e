"""An event loop in which nobody waits for a clock, and which notices who holds it."""

from __future__ import annotations

import asyncio
import selectors
import threading
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple, Unpack

from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from selectors import SelectorKey

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


class Stuck(BaseException):
    """A hook holds everything up. Not an `Exception`: no plugin catches it, and no smaller example is looked for."""


class TimelessLoop(asyncio.SelectorEventLoop):
    """Where nothing is left but timers, the clock jumps to the next: an hour's backoff is over at once.

    Time runs as always while a thread works or a connection is open.

    Attributes:
        held_s: the longest that one step has kept all others waiting since this was set to 0, in real seconds.
    """

    def __init__(self) -> None:
        self._ahead = 0.0
        self._jobs = 0
        self.held_s = 0.0
        super().__init__(_JumpingSelector(self))

    @override
    def time(self) -> float:
        return super().time() + self._ahead

    @override
    def run_in_executor(
        self, executor: Executor | None, func: Callable[[Unpack[_Ts]], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        job = super().run_in_executor(executor, func, *args)
        self._jobs += 1
        job.add_done_callback(self._job_done)
        return job

    def jump(self, seconds: float) -> None:
        """Let so much time pass."""
        self._ahead += seconds

    @property
    def works(self) -> bool:
        """Whether a thread is at work for it, or waits for a child process, as asyncio's may (`asyncio-waitpid-0`)."""
        return self._jobs > 0 or any(one.name.startswith("asyncio-waitpid-") for one in threading.enumerate())

    def _job_done(self, _: object) -> None:
        self._jobs -= 1


class _JumpingSelector(selectors.DefaultSelector):
    """Waits for descriptors, not for time."""

    def __init__(self, loop: TimelessLoop) -> None:
        super().__init__()
        self._loop = loop
        self._since: float | None = None

    @override
    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if self._since is not None:
            self._loop.held_s = max(self._loop.held_s, perf_counter() - self._since)
        ready = self._select(timeout)
        self._since = perf_counter()
        return ready

    def _select(self, timeout: float | None) -> list[tuple[SelectorKey, int]]:
        # One descriptor is the loop's own: by it, other threads wake it.
        if not timeout or self._loop.works or len(self.get_map()) > 1:
            return super().select(timeout)
        if ready := super().select(0):
            return ready
        self._loop.jump(timeout)
        return []
