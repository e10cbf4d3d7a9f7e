"""The connections to one server."""

from __future__ import annotations

from functools import lru_cache, partial
from io import BytesIO
from typing import TYPE_CHECKING

from aiohttp import (
    ClientError,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    ServerDisconnectedError,
    TCPConnector,
)

from ..errors import UpstreamFailed
from .bodies import Bodies
from .response import Response
from .timeouts import Timeouts
from .watch import Watch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aiohttp import ClientResponse

    from .settings import UpstreamSettings

_AT_ONCE = 262_144
"""How many bytes of a body are sent in one piece, as aiohttp does with a larger one; more would hold up others."""


class Pool:
    """Keeps connections for the next request.

    Args:
        settings: how long a request may take.
        plugin: whose settings they are.
        host: the server's name in its address.
        name: what people call it, if not by its host.
        proxy: the address of the proxy on the way.
    """

    def __init__(self, settings: UpstreamSettings, plugin: str, host: str, name: str, proxy: str | None) -> None:
        self._plugin = plugin
        self._where = f"{name} at {host}" if name else host
        self._proxy = proxy
        self.timeouts = lru_cache(partial(Timeouts, settings, plugin, name or host))
        """By the setting that bounds the whole."""
        self.bodies = Bodies()
        self._session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=75),
            timeout=ClientTimeout(total=None, connect=settings.connect_timeout_s),
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.close()

    def request(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str] | None, total: str) -> Call:
        """What the server answers, as `Upstream.request` says."""
        ask = partial(
            self._session.request,
            method,
            url,
            data=body if body is None or len(body) <= _AT_ONCE else BytesIO(body),
            headers=headers,
            proxy=self._proxy,
            allow_redirects=False,  # the key is for this address only
        )
        return Call(self, ask, self.timeouts(total))

    def unreachable(self, error: ClientError) -> UpstreamFailed:
        """Why there is no answer."""
        answered = isinstance(error, ClientResponseError | ServerDisconnectedError)
        what = "broke off before it answered, or sent no HTTP" if answered else "could not be reached"
        return UpstreamFailed(
            f"{self._where} {what} ({type(error).__name__}). Ask again; if this comes often, check the network, "
            f"HTTPS_PROXY and plugin.{self._plugin}.base_url."
        )


class Call:
    """One request and its answer, as a context: leaving ends it.

    A class, since a generator as a context takes three times as long, for each request.
    """

    __slots__ = ("_answer", "_ask", "_chunks", "_pool", "_timeouts", "_watch")

    def __init__(self, pool: Pool, ask: Callable[[], Awaitable[ClientResponse]], timeouts: Timeouts) -> None:
        self._pool = pool
        self._ask = ask
        self._timeouts = timeouts

    async def __aenter__(self) -> Response:
        self._watch = Watch(self._timeouts)
        try:
            with self._watch:
                answer = self._answer = await self._ask()
        except ConnectionTimeoutError as error:
            raise self._timeouts.unconnected() from error
        except ClientError as error:
            raise self._pool.unreachable(error) from error
        self._pool.bodies.watch(answer)
        self._chunks = self._watch.chunks(answer.content)
        return Response(answer.status, answer.headers, self._chunks)

    async def __aexit__(self, *_: object) -> None:
        self._watch.stop()
        try:
            await self._chunks.aclose()
        finally:
            self._answer.release()
            await self._answer.wait_for_close()
