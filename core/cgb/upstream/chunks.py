"""A body as it arrives."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Self

from ..errors import ApiError
from .connection import BROKEN, running

if TYPE_CHECKING:
    from asyncio import Future

    from .connection import Connection
    from .timeouts import Timeouts
    from .watch import Watch


class Chunks:
    """The chunks of a body: `async for`, by one reader.

    Who makes something else of each can `take` them and wait for `news` himself: a coroutine in between is a good part
    of what it takes to read.
    """

    __slots__ = ("_connection", "_has_begun", "_is_awaited", "_timeouts", "_watch")

    def __init__(self, connection: Connection, watch: Watch, timeouts: Timeouts) -> None:
        self._connection: Connection | None = connection
        self._watch = watch
        self._timeouts = timeouts
        self._has_begun = False
        self._is_awaited = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        data = None
        while data is None:
            if (news := self.news()) is not None:
                self._is_awaited = True
                try:
                    await news
                finally:
                    self._is_awaited = False
            data = self.take()
        if not data:
            raise StopAsyncIteration
        return data

    def take(self) -> bytes | None:
        """What has come since the last time, None where that is nothing; empty after the end.

        Raises:
            Timeout: it did not begin in time.
            UnusableAnswer: it stopped, as a `stall` or a `cut`.
        """
        if self._connection is None:
            return b""
        self._watch.waiting_since = inf
        try:
            data = self._connection.take()
        except BROKEN as error:
            self._connection = None
            raise self._timeouts.broken(error) from error
        except ApiError:
            self._connection = None
            raise
        if data and not self._has_begun:
            self._has_begun = True
            self._watch.begin()
        return data

    def news(self) -> Future[None] | None:
        """Done when there is something to take, or nothing more comes; None where that is so already.

        Raises:
            RuntimeError: another reader waits.
        """
        if self._connection is None:
            return None
        news = self._connection.news()
        if news is not None:
            self._watch.waiting_since = self._watch.clock()
        return news

    def close(self) -> None:
        """Nothing more is taken: the connection may be another's.

        Raises:
            RuntimeError: a reader still waits in `async for`; he is told that the connection broke. Who takes chunks
                himself and leaves has given up waiting.
        """
        if self._is_awaited:
            raise running()
        self._connection = None
