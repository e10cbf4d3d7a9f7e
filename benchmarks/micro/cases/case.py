"""What a case is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Once: TypeAlias = Callable[[], object]
"""Does once what is measured."""


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure.

    Attributes:
        name: the part it is of, and what is done.
        opened: a context in which it can be done any number of times.
        units: how many chunks, events or tools one time comprises; what is told is the cost of one.
    """

    name: str
    opened: Callable[[], AbstractContextManager[Once]]
    units: int = 1


@contextmanager
def driven(opened: AbstractAsyncContextManager[Callable[[], Awaitable[object]]]) -> Iterator[Once]:
    """What is done in an event loop, for those who have none."""
    with asyncio.Runner() as runner:
        stack, loop = AsyncExitStack(), runner.get_loop()
        once = loop.run_until_complete(stack.enter_async_context(opened))
        try:
            yield lambda: loop.run_until_complete(once())
        finally:
            loop.run_until_complete(stack.aclose())
