"""The first of two tasks that ends."""

from __future__ import annotations

import asyncio


class Either:
    """A task and, later, another beside it: waits for the first that ends, at a fraction of `asyncio.wait`'s cost."""

    def __init__(self, one: asyncio.Task[None]) -> None:
        self._one = self._other = one
        self._loop = asyncio.get_running_loop()
        self._waiting: asyncio.Future[None] | None = None
        one.add_done_callback(self._wake)

    def beside(self, other: asyncio.Task[None]) -> None:
        """Wait for that one too."""
        self._other = other
        other.add_done_callback(self._wake)

    def ended(self) -> bool:
        """Whether one has."""
        return self._one.done() or self._other.done()

    async def wait(self, seconds: float) -> None:
        """Wait for that, at most so long."""
        self._waiting = self._loop.create_future()
        timer = self._loop.call_later(seconds, self._wake)
        try:
            await self._waiting
        finally:
            timer.cancel()
            self._waiting = None

    def _wake(self, _: object = None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
