"""One request and its answer."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from .chunks import Chunks
from .connection import BROKEN
from .response import Response
from .watch import Watch

if TYPE_CHECKING:
    from .pool import Pool
    from .timeouts import Timeouts


class Call:
    """A context: entering it sends the request, leaving it ends the call, whatever of the answer is still to come.

    A class, since a generator as a context takes three times as long, for each request.
    """

    __slots__ = ("_body", "_chunks", "_connection", "_head", "_pool", "_timeouts", "_watch")

    def __init__(self, pool: Pool, head: bytes, body: bytes | None, timeouts: Timeouts) -> None:
        self._pool = pool
        self._head = head
        self._body = body
        self._timeouts = timeouts

    async def __aenter__(self) -> Response:
        watch = self._watch = Watch(self._timeouts)
        connection = self._connection = self._pool.idle() or await self._pool.connected(self._timeouts)
        try:
            connection.ask(self._head, self._body)
            watch.over(connection)
            await connection.begun()
        except BaseException as error:
            watch.stop()
            self._pool.release(connection)
            if isinstance(error, BROKEN):
                raise self._pool.unanswered(error) from error
            raise
        watch.waiting_since = inf
        self._chunks = Chunks(connection, watch, self._timeouts)
        return Response(connection.status, connection.headers, self._chunks)

    async def __aexit__(self, *_: object) -> None:
        self._watch.stop()
        self._pool.release(self._connection)
        self._chunks.close()
