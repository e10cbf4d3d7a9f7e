"""HTTP to the upstream by asyncio's own protocols: what a client costs that is made for nothing else.

Plain HTTP only: no TLS, no proxy, no time limits. A real server wants a real client.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import httptools

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HIGH_WATER = 256 * 1024
"""Bytes that may wait for the reader before the connection is paused."""


class Connection(asyncio.Protocol):
    """A connection that answers one request at a time."""

    def __init__(self) -> None:
        self._waiter: asyncio.Future[None] | None = None
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: D102 - of asyncio
        self.transport = cast("asyncio.Transport", transport)

    def ask(self, host: str, path: str, body: bytes) -> None:
        """Send a request."""
        self._parser = httptools.HttpResponseParser(self)
        self._chunks: list[bytes] = []
        self._waiting, self._whole = 0, False
        head = f"POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        self.transport.writelines((head.encode() + b"\r\n\r\n", body))

    async def read(self) -> bytes:
        """What has arrived of the answer's body; empty at its end."""
        while not self._chunks and not self._whole:
            if self._lost:
                raise ConnectionError("the upstream closed the connection within an answer")
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        data = b"".join(self._chunks)
        self._chunks.clear()
        if self._waiting > HIGH_WATER:
            self.transport.resume_reading()
        self._waiting = 0
        return data

    @property
    def is_free(self) -> bool:
        """Whether it can take another request."""
        return self._whole and not self._lost

    def data_received(self, data: bytes) -> None:  # noqa: D102 - of asyncio
        self._parser.feed_data(data)
        self._wake()

    def on_body(self, data: bytes) -> None:  # noqa: D102 - of httptools
        self._chunks.append(data)
        if self._waiting <= HIGH_WATER < self._waiting + len(data):
            self.transport.pause_reading()
        self._waiting += len(data)

    def on_message_complete(self) -> None:  # noqa: D102 - of httptools
        self._whole = True

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002, D102 - of asyncio
        self._lost = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class Client:
    """A pool of connections to one address."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._free: list[Connection] = []

    @asynccontextmanager
    async def post(self, path: str, body: bytes) -> AsyncIterator[Connection]:
        """An answer to read."""
        connection = await self._connection()
        connection.ask(self._host, path, body)
        try:
            yield connection
        finally:
            if connection.is_free:
                self._free.append(connection)
            else:
                connection.transport.close()

    async def _connection(self) -> Connection:
        while self._free:
            if (free := self._free.pop()).is_free:
                return free
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(Connection, self._host, self._port)
        return connection
