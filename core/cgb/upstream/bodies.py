"""The end of a body whose connection is lost, which aiohttp does not always tell who reads it.

Where the framing of a body breaks, aiohttp's parser forgets the body and closes the connection, and its timer too: who
waits for more would wait until the budget of the whole call is spent, and who comes later gets a RuntimeError.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiohttp import ClientPayloadError

if TYPE_CHECKING:
    from asyncio import Future

    from aiohttp import ClientResponse, StreamReader
    from aiohttp.client_proto import ResponseHandler


class Bodies:
    """The bodies that are being read, one to a connection."""

    def __init__(self) -> None:
        self._read: dict[ResponseHandler, StreamReader] = {}

    def watch(self, response: ClientResponse) -> None:
        """See that a body ends with its connection."""
        protocol = response.connection.protocol if response.connection else None
        if protocol is None:
            return  # the body is here as a whole
        closed = protocol.closed
        if closed is None:
            _end(response.content)
            return
        if protocol not in self._read:
            closed.add_done_callback(partial(self._closed, protocol))
        self._read[protocol] = response.content

    def _closed(self, protocol: ResponseHandler, closed: Future[None]) -> None:
        if not closed.cancelled():
            closed.exception()  # which asyncio would log as one that nobody saw
        _end(self._read.pop(protocol))


def _end(body: StreamReader) -> None:
    """Tell who reads a body that no more comes, unless it is whole or was told so."""
    if not body.is_eof() and body.exception() is None:
        body.set_exception(ClientPayloadError("the connection was closed before the body's end"))
