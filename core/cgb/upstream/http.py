"""One server that is asked over HTTP."""

from __future__ import annotations

from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from ..errors import UpstreamFailed
from .call import Call
from .heads import Heads
from .origin import Origin
from .pool import Pool
from .timeouts import Timeouts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from .response import Response
    from .settings import UpstreamSettings

_NOTHING: dict[str, str] = {}


class Upstream:
    """Asks one server, over connections that are kept for the next request; nothing is opened before the first.

    Args:
        settings: its proxy, and how long it may take.
        plugin: whose settings they are, for errors that say which of them to change.
        base: its address, to which requests add their paths.
        name: what people call it; its host, where they have no name for it.
    """

    def __init__(self, settings: UpstreamSettings, plugin: str, base: str, name: str = "") -> None:
        self.host = urlsplit(base).netloc.rpartition("@")[2]
        """The server's name in its address, with its port."""
        self._settings = settings
        self._plugin = plugin
        self._base = base
        self._where = f"{name} at {self.host}" if name else self.host
        self._timeouts = lru_cache(partial(Timeouts, settings, plugin, name or self.host))
        """By the setting that bounds the whole."""

    async def aclose(self) -> None:
        """Close the connections."""
        if "_way" in self.__dict__:
            await self._way[0].aclose()

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = _NOTHING,
        *,
        total: str = "total_timeout_s",
    ) -> AbstractAsyncContextManager[Response]:
        """What the server answers, whatever its status; leaving ends the call. Redirects are not followed.

        Args:
            method: HTTP's, but for HEAD and CONNECT.
            path: what follows the base of the address.
            body: what is sent.
            headers: what is sent before it, names in lower case.
            total: the setting that bounds the whole call.

        Raises:
            UpstreamFailed: the server could not be reached, or sent no HTTP.
            Timeout: it took too long to begin.
            ValueError: a header has a line break in it.
        """
        pool, heads = self._way
        head = heads.head(method, path, headers, None if body is None else len(body))
        return Call(pool, head, body, self._timeouts(total))

    @cached_property
    def _way(self) -> tuple[Pool, Heads]:
        """The connections, and what is said over them."""
        origin = self._origin(self._base, "base_url")
        is_near = origin.host in {"localhost", "::1"} or origin.host.startswith("127.") or proxy_bypass(origin.host)
        said = None if is_near or self._settings.proxy is None else self._settings.proxy.get_secret_value()
        proxy = self._origin(said, "proxy") if said else None
        return Pool(origin, proxy, self._plugin, self._where), Heads(self._base, origin, proxy)

    def _origin(self, url: str, setting: str) -> Origin:
        try:
            return Origin.of(url)
        except ValueError as error:
            raise UpstreamFailed(f"plugin.{self._plugin}.{setting} {error}. Change it.") from None
