"""Where a server listens, and how a connection to it comes about."""

from __future__ import annotations

import socket
import ssl
from asyncio import get_running_loop, to_thread
from base64 import b64encode
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpParserUpgrade

from .connection import Connection

_PORTS = {"http": 80, "https": 443}
_NEXT_AFTER_S = 0.25
"""After how long a second address of a name is tried beside the first (RFC 8305): a network's IPv6 may be broken."""
_TUNNEL = range(200, 300)
_KEPT_ALIVE = [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]
"""A model may think longer than a router remembers a silent connection, which is often less than six minutes."""
if hasattr(socket, "TCP_KEEPIDLE"):  # else after two hours
    _KEPT_ALIVE.append((socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60))


class Refused(OSError):
    """A proxy made no tunnel."""


class Origin(NamedTuple):
    """What of an address a connection is made to.

    Attributes:
        scheme: `http` or `https`.
        host: a name or an address, without brackets.
        port: its own, or the scheme's.
        credentials: the `authorization` that stands in it, or "".
    """

    scheme: str
    host: str
    port: int
    credentials: str

    @classmethod
    def of(cls, url: str) -> Origin:
        """The origin of an address.

        Raises:
            ValueError: it is no address of HTTP.
        """
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            host, port = (parts.hostname or "").encode("idna").decode(), parts.port
        except ValueError:
            host = ""
        if not host or parts.scheme not in _PORTS:
            raise ValueError("is not of the kind http://host:port")
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        said = f"Basic {b64encode(user.encode()).decode()}" if parts.username else ""
        return cls(parts.scheme, host, port or _PORTS[parts.scheme], said)

    @property
    def authority(self) -> str:
        """The host, with its port where that is not the scheme's: what `host` says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    async def connected(self, proxy: Origin | None = None) -> Connection:
        """A connection, through that proxy if there is one.

        Raises:
            OSError: it did not come about.
        """
        first = proxy or self
        connection = await first._opened()  # noqa: SLF001 - its own kind
        try:
            if first.scheme == "https":
                await connection.encrypt(await to_thread(_trusted), first.host)
            if proxy is not None and self.scheme == "https":
                await self._tunnel(connection, proxy)
                await connection.encrypt(await to_thread(_trusted), self.host)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _opened(self) -> Connection:
        loop = get_running_loop()
        found = await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        reached = await start_connection(found, happy_eyeballs_delay=_NEXT_AFTER_S, interleave=1)
        try:
            for level, option, value in _KEPT_ALIVE:
                reached.setsockopt(level, option, value)
            _, connection = await loop.create_connection(Connection, sock=reached)
        except BaseException:
            reached.close()
            raise
        return connection

    async def _tunnel(self, connection: Connection, proxy: Origin) -> None:
        host = f"[{self.host}]" if ":" in self.host else self.host
        lines = [f"CONNECT {host}:{self.port} HTTP/1.1", f"host: {host}:{self.port}"]
        if proxy.credentials:
            lines.append(f"proxy-authorization: {proxy.credentials}")
        connection.ask("\r\n".join((*lines, "", "")).encode())
        try:
            await connection.begun()
        except (HttpParserError, HttpParserUpgrade) as error:
            raise Refused("the proxy on the way sent no HTTP") from error
        if connection.status not in _TUNNEL:
            raise Refused(f"the proxy on the way answered HTTP {connection.status}")


@cache
def _trusted() -> ssl.SSLContext:
    """What certificates are trusted: the system's, or those of `SSL_CERT_FILE`; reading them takes a while."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
