"""Events that arrived together, together."""

from __future__ import annotations

from asyncio import CancelledError
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..isolation.stretches import Abandoned

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

Item = TypeVar("Item")


class _Rest(Generic[Item]):
    """The rest of a step that has begun and is waiting for `future`."""

    def __init__(self, step: Generator[Any, Any, Item], future: Any) -> None:
        self._step = step
        self._future = future

    def __await__(self) -> Generator[Any, Any, Item]:
        resume: Callable[[Any], Any]
        waiting = self._future
        while True:
            try:
                given = yield waiting
                resume = self._step.send
            except BaseException as error:  # noqa: BLE001 - whatever is thrown in belongs to the step
                given, resume = error, self._step.throw
            try:
                waiting = resume(given)
            except StopIteration as end:
                item: Item = end.value
                return item


async def bursts(items: AsyncGenerator[Item]) -> AsyncGenerator[list[Item]]:
    """Lists of the items that come without waiting: one list for each time `items` has to wait.

    What upstream sent in one piece so becomes one write to the client, without a timer or a second task.
    It steps `items` by hand: a step that ends at once is collected, one that has to wait first hands out
    what was collected and is then awaited to its end.
    """
    burst: list[Item] = []
    while True:
        step: Any = anext(items).__await__()
        try:
            future = step.send(None)
        except StopIteration as end:
            burst.append(end.value)
            continue
        except StopAsyncIteration:
            break
        except BaseException:  # what a plugin raises, of whatever kind: nothing can be thrown in from outside here
            if burst:
                yield burst
            raise
        if burst:
            try:
                yield burst
            except BaseException:
                await _abandon(step)
                raise
            burst = []
        try:
            burst.append(await _Rest(step, future))
        except StopAsyncIteration:
            break
    if burst:
        yield burst


async def _abandon(step: Any) -> None:
    """End a step that waits, so that `items` can be closed."""
    try:
        await _Rest(step, step.throw(Abandoned()))
    except (CancelledError, StopAsyncIteration, StopIteration):
        return
