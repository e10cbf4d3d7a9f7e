"""The connections to one server."""

from __future__ import annotations

from asyncio import get_running_loop, timeout, wait
from collections import deque
from typing import TYPE_CHECKING

from ..errors import UpstreamFailed
from .origin import Refused

if TYPE_CHECKING:
    from asyncio import TimerHandle

    from .connection import Connection
    from .origin import Origin
    from .timeouts import Timeouts

_IDLE_S = 75.0
"""How long a connection is kept that nobody uses: less than servers keep theirs."""


class Pool:
    """Keeps connections for the next request; makes as many as are asked for at once.

    Args:
        origin: the server's.
        proxy: the one on the way, if any.
        plugin: whose settings they are.
        where: what people call the server, and its host.
    """

    def __init__(self, origin: Origin, proxy: Origin | None, plugin: str, where: str) -> None:
        self._origin = origin
        self._proxy = proxy
        self._plugin = plugin
        self._where = where
        self._idle: deque[Connection] = deque()
        self._open: set[Connection] = set()
        self._sweeping: TimerHandle | None = None
        self._is_closed = False

    async def aclose(self) -> None:
        """Close the connections, and keep none from now on."""
        self._is_closed = True
        if self._sweeping is not None:
            self._sweeping.cancel()
        self._idle.clear()
        for connection in self._open:
            connection.close()
        if self._open:
            await wait([connection.closed for connection in self._open])

    def idle(self) -> Connection | None:
        """A connection that is used again, the one that waits for the shortest time."""
        while self._idle:
            connection = self._idle.pop()
            if connection.is_free:
                return connection
        return None

    async def connected(self, timeouts: Timeouts) -> Connection:
        """A new connection.

        Raises:
            UpstreamFailed: the server cannot be reached.
            Timeout: that took too long.
        """
        try:
            async with timeout(timeouts.connecting.seconds) as limit:
                connection = await self._origin.connected(self._proxy)
        except (OSError, RuntimeError) as error:  # the latter is uvloop's
            if limit.expired():
                raise timeouts.unconnected() from error
            raise self._failed("could not be reached", error) from error
        self._open.add(connection)
        connection.closed.add_done_callback(lambda _: self._open.discard(connection))
        return connection

    def release(self, connection: Connection) -> None:
        """A call is over: another may have its connection, if its answer was read to its end."""
        if not connection.is_free or self._is_closed:
            connection.close()
            return
        loop = get_running_loop()
        connection.idle_since = loop.time()
        self._idle.append(connection)
        if self._sweeping is None:
            self._sweeping = loop.call_later(_IDLE_S, self._sweep)

    def unanswered(self, error: Exception) -> UpstreamFailed:
        """Why there is no answer, although there was a connection."""
        return self._failed("broke off before it answered, or sent no HTTP", error)

    def _failed(self, what: str, error: Exception) -> UpstreamFailed:
        why = error if isinstance(error, Refused) else type(error).__name__
        return UpstreamFailed(
            f"{self._where} {what} ({why}). Ask again; if this comes often, check the network, "
            f"HTTPS_PROXY and plugin.{self._plugin}.base_url."
        )

    def _sweep(self) -> None:
        """Close what nobody has used for too long."""
        self._sweeping = None
        loop = get_running_loop()
        while self._idle and self._idle[0].idle_since + _IDLE_S <= loop.time():
            self._idle.popleft().close()
        if self._idle:
            self._sweeping = loop.call_at(self._idle[0].idle_since + _IDLE_S, self._sweep)
