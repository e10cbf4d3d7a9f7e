"""Events that arrived together, together."""

from __future__ import annotations

from asyncio import CancelledError
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..isolation.stretches import Abandoned

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

Item = TypeVar("Item")


async def bursts(items: AsyncGenerator[Item]) -> AsyncGenerator[list[Item]]:
    """Lists of the items that come without waiting: one list for each time `items` has to wait.

    What upstream sent in one piece so becomes one write to the client, without a timer or a second task.
    """
    reading = _Reading(items)
    reading.begin()
    while True:
        if reading.burst:
            burst, reading.burst = reading.burst, []
            try:
                yield burst
            except BaseException:
                await reading.abandon()
                raise
        if reading.is_over:
            break
        await reading
    if reading.error is not None:
        raise reading.error


class _Reading(Generic[Item]):
    """Reads all items, and can be stopped wherever that has to wait, for it is stepped by hand.

    Attributes:
        burst: the items that have come.
        is_over: whether there are no more; `error` says why, where it is an error.
    """

    def __init__(self, items: AsyncGenerator[Item]) -> None:
        self.burst: list[Item] = []
        self.is_over = False
        self.error: BaseException | None = None
        self._items = items
        self._steps: Any = self._read()
        self._waits_for: Any = None
        self._is_abandoned = False

    def begin(self) -> None:
        """Read what is there."""
        self._go_on(self._steps.send, None)

    def __await__(self) -> Generator[Any, Any, None]:
        """Wait for more, or for the end."""
        resume: Callable[[Any], Any]
        while not (self.burst or self.is_over):
            try:
                given = yield self._waits_for
                resume = self._steps.send
            except BaseException as error:  # noqa: BLE001 - whatever is thrown in belongs to the items
                given, resume = error, self._steps.throw
            self._go_on(resume, given)

    async def abandon(self) -> None:
        """End the step that waits, so that the items can be closed."""
        self._is_abandoned = True
        if not self.is_over:
            self._go_on(self._steps.throw, Abandoned())
        self.burst = []
        await self
        if self.error is not None and not isinstance(self.error, CancelledError):
            raise self.error

    async def _read(self) -> None:
        async for item in self._items:
            self.burst.append(item)
            if self._is_abandoned:
                return

    def _go_on(self, resume: Callable[[Any], Any], given: Any) -> None:
        """Until it has to wait."""
        try:
            self._waits_for = resume(given)
        except StopIteration:
            self.is_over = True
        except BaseException as error:  # noqa: BLE001 - what came before it goes first
            self.is_over, self.error = True, error
