"""One server that is asked over HTTP, and what it answers."""

from __future__ import annotations

import re
from contextlib import aclosing, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from ..errors import ApiError, UpstreamFailed
from .bodies import Bodies
from .timeouts import Timeouts

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping

    from aiohttp import ClientSession
    from pydantic import SecretStr

    from .settings import UpstreamSettings

_LONGEST = 1_000_000
"""How many bytes of an error's explanation are read."""

_MARKUP = re.compile(r"<[!/a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answers.

    Attributes:
        status: HTTP's.
        headers: by name, in whatever case.
        chunks: the body as it arrives. Raises `Timeout` where it does not begin in time, and `UnusableAnswer` where
            it stops, as a `stall` or a `cut`.
    """

    status: int
    headers: Mapping[str, str]
    chunks: AsyncGenerator[bytes]

    async def read(self) -> bytes:
        """The whole body.

        Raises:
            ApiError: it did not come whole.
        """
        return b"".join([chunk async for chunk in self.chunks])

    async def explanation(self, *secrets: SecretStr | None) -> bytes:
        """What came of an error's body, up to a limit, and without the secrets, which it may repeat."""
        said = b""
        with suppress(ApiError):
            async for chunk in self.chunks:
                said += chunk
                if len(said) > _LONGEST:
                    break
        for secret in secrets:
            if secret:
                said = said.replace(secret.get_secret_value().encode(), b"[key]")
        return said


def unexplained(status: int, body: bytes) -> str:
    """What to say of an error that is none of the server's: a line of text may help, a web page does not."""
    text = " ".join(body.decode("utf-8", "replace").split())
    if not text:
        return f"HTTP {status} without an explanation."
    if _MARKUP.search(text):
        return f"HTTP {status} with a web page in place of an explanation, as a proxy or gateway on the way sends it."
    return f"HTTP {status}: {text}"


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
        self._session: ClientSession | None = None
        self._bodies = Bodies()

    async def aclose(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    @asynccontextmanager
    async def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        total: str = "total_timeout_s",
    ) -> AsyncIterator[Response]:
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
        timeouts = Timeouts(self._settings, self._plugin, self._name or self.host, total)
        with self._unreachable():
            async with timeouts.until_headers():
                response = await self._opened().request(
                    method,
                    self._base + path,
                    data=body and BytesIO(body),  # which aiohttp sends in pieces, so that a large one holds nobody up
                    headers=headers,
                    timeout=timeouts.for_aiohttp(),
                    proxy=self._proxy(),
                    allow_redirects=False,  # the key is for this address only
                )
        async with response, aclosing(timeouts.chunks(response)) as chunks:
            self._bodies.watch(response)
            yield Response(response.status, response.headers, chunks)

    def _proxy(self) -> str | None:
        proxy = self._settings.proxy
        return None if proxy is None or self._is_near() else proxy.get_secret_value()

    def _is_near(self) -> bool:
        """Whether the server is reached without the proxy."""
        host = urlsplit(self._base).hostname or ""
        return host in {"localhost", "::1"} or host.startswith("127.") or bool(proxy_bypass(host))

    def _opened(self) -> ClientSession:
        if self._session is None:
            from aiohttp import ClientSession, TCPConnector  # noqa: PLC0415 - 0.4 s that a start need not pay

            self._session = ClientSession(connector=TCPConnector(limit=0, keepalive_timeout=75), trust_env=False)
        return self._session

    @contextmanager
    def _unreachable(self) -> Iterator[None]:
        from aiohttp import ClientError, ClientResponseError, ServerDisconnectedError  # noqa: PLC0415 - as above

        try:
            yield
        except ClientError as error:
            answered = isinstance(error, ClientResponseError | ServerDisconnectedError)
            what = "broke off before it answered, or sent no HTTP" if answered else "could not be reached"
            where = f"{self._name} at {self.host}" if self._name else self.host
            raise UpstreamFailed(
                f"{where} {what} ({type(error).__name__}). Ask again; if this comes often, check the network, "
                f"HTTPS_PROXY and plugin.{self._plugin}.base_url."
            ) from error
