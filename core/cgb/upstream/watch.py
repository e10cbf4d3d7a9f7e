"""The end of a call in which nothing arrives for too long."""

from __future__ import annotations

from asyncio import get_running_loop
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import TimerHandle
    from collections.abc import Callable

    from ..errors import ApiError
    from .connection import Connection
    from .timeouts import Budget, Timeouts


class Watch:
    """Sees that a call takes no longer than it may, with one timer.

    A timer set anew for each piece that arrives takes longer than all else that is done for it. Here who waits says
    since when, and what was set once looks how long that is. It is the waiting that counts: where a client is slow to
    take what came, the server is not silent.

    Attributes:
        clock: the loop's.
        waiting_since: by that clock; infinite while nobody waits.
    """

    __slots__ = (
        "_budget",
        "_connection",
        "_due",
        "_end",
        "_error",
        "_loop",
        "_timeouts",
        "_timer",
        "clock",
        "waiting_since",
    )

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._loop = get_running_loop()
        self.clock = self._loop.time
        self.waiting_since = self.clock()
        self._end = self.waiting_since + (timeouts.total.seconds or inf)
        self._budget = timeouts.first
        self._error: Callable[[Budget], ApiError] = timeouts.unbegun
        self._timer: TimerHandle | None = None

    def over(self, connection: Connection) -> None:
        """Watch what comes over a connection, from now on."""
        self._connection = connection
        self._set(self._next())

    def begin(self) -> None:
        """Measure silences within the answer from now on, no longer the one before it, in which the model thinks."""
        is_other = self._budget is not self._timeouts.idle
        self._budget, self._error = self._timeouts.idle, self._timeouts.stalled
        if is_other:
            self.stop()
            self._set(self._next())

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _next(self) -> float:
        """When too much time will have passed, by what is known now."""
        return min(min(self.waiting_since, self.clock()) + self._budget.seconds, self._end)

    def _set(self, due: float) -> None:
        self._due = due
        self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        due = self._next()
        if due > self._due:
            self._set(due)
        else:
            self._connection.fail(self._error(self._timeouts.total if due == self._end else self._budget))
