"""Calls at a time that is good to some microseconds.

Timers of uvloop are good to a millisecond, so the pieces of streams that are meant to come one by one would come
together, and none would cost a wake-up of its own as a model's do. Linux only.
"""

from __future__ import annotations

import ctypes
import os
from asyncio import get_running_loop
from contextlib import suppress
from heapq import heappop, heappush
from itertools import count
from time import CLOCK_MONOTONIC, monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_LIBC = ctypes.CDLL(None, use_errno=True)
_ABSOLUTE = 1


class _Spec(ctypes.Structure):
    _fields_ = [(name, ctypes.c_long) for name in ("every_s", "every_ns", "at_s", "at_ns")]


class Clock:
    """Calls functions when `time.monotonic` has come to what they are due at."""

    def __init__(self) -> None:
        self._file = _LIBC.timerfd_create(CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._file < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._number = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        get_running_loop().add_reader(self._file, self._ring)

    def call_at(self, due: float, function: Callable[[], None]) -> None:
        """Call it then; nothing takes it back."""
        heappush(self._due, (due, next(self._number), function))
        if self._due[0][2] is function:
            self._set(due)

    def _ring(self) -> None:
        with suppress(BlockingIOError):  # it was set anew meanwhile
            os.read(self._file, 8)
        while self._due and self._due[0][0] <= monotonic():
            heappop(self._due)[2]()
        if self._due:
            self._set(self._due[0][0])

    def _set(self, due: float) -> None:
        nanoseconds = max(1, int(due * 1e9))
        spec = _Spec(0, 0, nanoseconds // 1_000_000_000, nanoseconds % 1_000_000_000)
        _LIBC.timerfd_settime(self._file, _ABSOLUTE, ctypes.byref(spec), None)
