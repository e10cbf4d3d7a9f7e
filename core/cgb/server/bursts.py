"""Events that arrived together, together."""

from __future__ import annotations

from asyncio import CancelledError, sleep
from contextlib import suppress
from time import perf_counter
from types import coroutine
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from ..isolation.stretches import Abandoned

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

Item = TypeVar("Item")

LONGEST_S = 0.005
"""For how long items are put together that come without waiting: then who reads gets them, and others their turn."""


class Bursts(Generic[Item]):
    """Lists of the items that come without waiting: one list for each time `items` has to wait or takes `LONGEST_S`.

    What upstream sent in one piece so becomes one write to the client, without a timer or a second task: the items are
    read by a coroutine that is stepped by hand, and can be stopped wherever it has to wait.

    Attributes:
        is_whole: whether the list that came last was the end: no more come, and no error.
    """

    def __init__(self, items: AsyncGenerator[Item]) -> None:
        self.is_whole = False
        self._items = items
        self._burst: list[Item] = []
        self._steps: Any = None
        self._waits_for: Any = None
        self._until = 0.0
        self._is_over = False
        self._error: BaseException | None = None
        self._is_abandoned = False

    def __aiter__(self) -> Self:
        return self

    @coroutine
    def __anext__(self) -> Generator[Any, Any, list[Item]]:
        """Wait for the next list.

        Raises:
            StopAsyncIteration: there are no more.
        """
        if self._steps is None:
            self._steps = self._read()
            self._go_on(self._steps.send, None)
        while not (self._burst or self._is_over):
            resume = self._steps.send
            try:
                given = yield self._waits_for
            except BaseException as error:  # noqa: BLE001 - whatever is thrown in belongs to the items
                given, resume = error, self._steps.throw
            self._go_on(resume, given)
        if self._burst:
            burst, self._burst = self._burst, []
            self.is_whole = self._is_over and self._error is None
            return burst
        if self._error is not None:
            told, self._error = self._error, None
            raise told
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """End the step that waits, and close the items."""
        try:
            if self._steps is not None and (self._error is not None or not self._is_over):
                await self._abandon()
        finally:
            await self._items.aclose()

    async def _abandon(self) -> None:
        self._is_abandoned = True
        if not self._is_over:
            self._go_on(self._steps.throw, Abandoned())
        self._burst = []
        with suppress(StopAsyncIteration, CancelledError):
            await anext(self)

    async def _read(self) -> None:
        async for item in self._items:
            self._burst.append(item)
            if self._is_abandoned:
                return
            if perf_counter() > self._until:
                await sleep(0)

    def _go_on(self, resume: Callable[[Any], Any], given: Any) -> None:
        """Until it has to wait, or has taken long enough."""
        self._until = perf_counter() + LONGEST_S
        try:
            self._waits_for = resume(given)
        except StopIteration:
            self._is_over = True
        except BaseException as error:  # noqa: BLE001 - what came before it goes first
            self._is_over, self._error = True, error
