"""One server that is asked over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractAsyncContextManager

    from .pool import Pool
    from .response import Response
    from .settings import UpstreamSettings


class Upstream:
    """Asks one server. aiohttp is imported and its pool opened by the first request.

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
        self._base = base.rstrip("/") + "/"
        self._name = name
        self._pool: Pool | None = None

    async def aclose(self) -> None:
        """Close the pool."""
        if self._pool is not None:
            await self._pool.aclose()

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        total: str = "total_timeout_s",
    ) -> AbstractAsyncContextManager[Response]:
        """What the server answers, whatever its status; leaving ends the call. Redirects are not followed.

        Args:
            method: HTTP's.
            path: what follows the base of the address.
            body: what is sent.
            headers: what is sent before it.
            total: the setting that bounds the whole call.

        Raises:
            UpstreamFailed: the server could not be reached, or sent no HTTP.
            Timeout: it took too long to begin.
        """
        if self._pool is None:
            from .pool import Pool  # noqa: PLC0415 - aiohttp takes 0.4 s that a start need not pay

            self._pool = Pool(self._settings, self._plugin, self.host, self._name, self._proxy())
        return self._pool.request(method, self._base + path, body, headers, total)

    def _proxy(self) -> str | None:
        proxy = self._settings.proxy
        return None if proxy is None or self._is_near() else proxy.get_secret_value()

    def _is_near(self) -> bool:
        """Whether the server is reached without the proxy."""
        host = urlsplit(self._base).hostname or ""
        return host in {"localhost", "::1"} or host.startswith("127.") or bool(proxy_bypass(host))
