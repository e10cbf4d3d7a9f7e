"""What arrives within a call, and its end where nothing arrives for too long."""

from __future__ import annotations

from asyncio import CancelledError, current_task, get_running_loop
from math import inf
from typing import TYPE_CHECKING

from aiohttp import ClientError

if TYPE_CHECKING:
    from asyncio import Task
    from collections.abc import AsyncGenerator, Callable
    from types import TracebackType
    from typing import Any

    from aiohttp import StreamReader

    from ..errors import ApiError
    from .timeouts import Budget, Timeouts


class Watch:
    """Sees that a call takes no longer than it may, with one timer.

    aiohttp can do so too, but sets a timer anew for each piece that arrives, which takes longer than all else that is
    done for it. Here who waits says since when, and what was set once looks how long that is. It is the waiting that
    counts: where a client is slow to take what came, the server is not silent.

    As a context it bounds the wait for an answer, in which the request goes out as well, as `asyncio.timeout` does.
    """

    __slots__ = (
        "_body",
        "_budget",
        "_cancelling",
        "_due",
        "_end",
        "_error",
        "_exceeded",
        "_loop",
        "_task",
        "_timeouts",
        "_timer",
        "_waiting_since",
    )

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._loop = get_running_loop()
        self._waiting_since = self._loop.time()
        """Infinite while nobody waits."""
        self._end = self._waiting_since + (timeouts.total.seconds or inf)
        self._budget = timeouts.first
        self._error: Callable[[Budget], ApiError] = timeouts.unbegun
        self._exceeded: Budget | None = None
        self._task: Task[Any] | None = None
        self._body: StreamReader | None = None
        self._set(self._next())

    def __enter__(self) -> None:
        self._task = current_task()
        self._cancelling = self._task.cancelling() if self._task else 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        task, self._task, self._waiting_since = self._task, None, inf
        if error is not None:
            self.stop()
        if task and self._exceeded and task.uncancel() <= self._cancelling and kind is CancelledError:
            raise self._error(self._exceeded) from error

    def chunks(self, body: StreamReader) -> AsyncGenerator[bytes]:
        """A body as it arrives.

        Raises:
            Timeout: nothing came in time.
            UnusableAnswer: no more came in time, as a `stall`; or the connection broke, or what came is not in the
                encoding that it says, as a `cut`.
        """
        self._body = body
        return self._read(body)

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    async def _read(self, body: StreamReader) -> AsyncGenerator[bytes]:
        clock = self._loop.time
        has_begun = False
        try:
            while True:
                self._waiting_since = clock()
                chunk = await body.readany()
                self._waiting_since = inf
                if not chunk:
                    return
                if not has_begun:
                    has_begun = True
                    self._begin()
                yield chunk
        except ClientError as error:
            raise self._timeouts.broken(error) from error

    def _begin(self) -> None:
        """Measure silences within the answer from now on, no longer the one before it, in which the model thinks."""
        is_other = self._budget is not self._timeouts.idle
        self._budget, self._error = self._timeouts.idle, self._timeouts.stalled
        if is_other:
            self.stop()
            self._set(self._next())

    def _next(self) -> float:
        """When too much time will have passed, by what is known now."""
        return min(min(self._waiting_since, self._loop.time()) + self._budget.seconds, self._end)

    def _set(self, due: float) -> None:
        self._due = due
        self._timer = self._loop.call_at(due, self._look)

    def _look(self) -> None:
        if self._body is not None and (self._body.is_eof() or self._body.exception() is not None):
            return
        due = self._next()
        if due > self._due:
            self._set(due)
            return
        exceeded = self._timeouts.total if due == self._end else self._budget
        if self._task is not None:
            self._exceeded = exceeded
            self._task.cancel()
        elif self._body is not None:
            self._body.set_exception(self._error(exceeded))
