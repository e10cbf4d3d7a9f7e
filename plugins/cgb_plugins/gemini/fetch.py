"""Fetch what a request only links to, without being led into the operator's own network.

Gemini reads no foreign addresses, so the bridge reads them: from public addresses only (checked for each
connection, redirects included, so that a name which resolves anew gains nothing), within a size and a time.
"""

from __future__ import annotations

import asyncio
import socket
from base64 import b64encode
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

from cgb import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import ClientResponse, ClientSession
    from aiohttp.abc import AbstractResolver
    from yarl import URL

_OK = 200
_REDIRECTS = 3
_MOVED = frozenset({301, 302, 303, 307, 308})
_TRANSLATED = IPv6Network("64:ff9b::/96")
"""NAT64's, in which the last 32 bits are an IPv4 address."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave."""

    media_type: str
    data: str
    """base64"""


class Fetcher:
    """Reads linked images and documents.

    Args:
        limit_mb: the largest file, in MiB.
        timeout_s: how long one may take, in seconds.
        allows: which addresses may be read; public ones, unless a test says otherwise.
    """

    def __init__(self, limit_mb: int, timeout_s: float, allows: Callable[[str], bool] | None = None) -> None:
        self._limit = limit_mb * 1024 * 1024
        self._timeout_s = timeout_s
        self._allows = allows or is_public
        self._session: ClientSession | None = None

    async def aclose(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()

    async def fetch(self, url: str) -> Fetched:
        """What stands at an address.

        Raises:
            InvalidRequest: it may not or cannot be read: says why.
        """
        from aiohttp import ClientError  # noqa: PLC0415 - imported with the first link only

        parsed = _parsed(url)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._follow(parsed)
        except TimeoutError:
            raise InvalidRequest(
                f"{_shown(parsed)} took longer than {self._timeout_s:g} s. Send the file itself."
            ) from None
        except (ClientError, OSError) as error:
            # Not the error's own words: some repeat the whole address, with what is secret in it.
            why = getattr(error, "strerror", None) or type(error).__name__
            raise InvalidRequest(f"{_shown(parsed)} cannot be read ({why}). Send the file itself.") from None

    async def _follow(self, url: URL) -> Fetched:
        for _ in range(_REDIRECTS + 1):
            self._check(url)
            async with self._opened().get(url, allow_redirects=False) as response:
                if response.status not in _MOVED:
                    return await self._read(response, url)
                url = url.join(_parsed(response.headers.get("location", "")))
        raise InvalidRequest(f"{_shown(url)} redirects more than {_REDIRECTS} times.")

    def _check(self, url: URL) -> None:
        """Refuse what is no address of the web's, and hosts that are addresses of ours.

        The host is the one that the connection will be made to: read otherwise, digits of another script could
        hide an address.
        """
        if url.scheme not in {"http", "https"} or not url.raw_host:
            raise InvalidRequest(f"{_shown(url)} is no http or https address.")
        if _is_literal(url.raw_host) and not self._allows(url.raw_host):
            raise InvalidRequest(f"{_shown(url)} is not a public address, so the bridge does not read it.")

    async def _read(self, response: ClientResponse, url: URL) -> Fetched:
        if response.status != _OK:
            raise InvalidRequest(f"{_shown(url)} answered with HTTP {response.status}.")
        data = bytearray()
        async for chunk in response.content.iter_chunked(65_536):
            data += chunk
            if len(data) > self._limit:
                raise InvalidRequest(f"{_shown(url)} is larger than {self._limit // 1024 // 1024} MB.")
        return Fetched(response.content_type, b64encode(data).decode())

    def _opened(self) -> ClientSession:
        if self._session is None:
            from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector  # noqa: PLC0415 - as above

            self._session = ClientSession(
                connector=TCPConnector(resolver=_resolver(self._allows), use_dns_cache=False),
                cookie_jar=DummyCookieJar(),
                timeout=ClientTimeout(total=self._timeout_s),
            )
        return self._session


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet's; IPv4 inside IPv6 is looked at as IPv4."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        ip = _inner(ip) or ip
    local = ip.is_reserved or ip.is_multicast or getattr(ip, "is_site_local", False)
    return ip.is_global and not local


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for."""
    return ip.ipv4_mapped or ip.sixtofour or (IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _TRANSLATED else None)


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _parsed(url: str) -> URL:
    from yarl import URL  # noqa: PLC0415 - as above

    try:
        return URL(url)
    except ValueError:
        raise InvalidRequest("A linked file's address is malformed. Send the file itself.") from None


def _shown(url: URL) -> str:
    """An address without what may be secret in it."""
    return f"{url.scheme}://{url.host}{url.path}"


def _resolver(allows: Callable[[str], bool]) -> AbstractResolver:
    from aiohttp.abc import AbstractResolver, ResolveResult  # noqa: PLC0415 - as above
    from aiohttp.resolver import ThreadedResolver  # noqa: PLC0415 - as above

    class Public(AbstractResolver):
        """Names only those of a host's addresses that may be read."""

        def __init__(self) -> None:
            self._inner: Any = ThreadedResolver()

        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[ResolveResult]:
            found: list[ResolveResult] = await self._inner.resolve(host, port, family)
            kept = [one for one in found if allows(one["host"])]
            if not kept:
                raise OSError(f"{host} has no public address")
            return kept

        async def close(self) -> None:
            await self._inner.close()

    return Public()
