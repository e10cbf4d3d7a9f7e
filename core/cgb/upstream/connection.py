"""A connection of HTTP/1.1, from the client's end."""

from __future__ import annotations

from asyncio import Protocol, get_running_loop
from typing import TYPE_CHECKING, Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from typing_extensions import override

from .packed import Packed

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Mapping
    from ssl import SSLContext

_MOST = 262_144  # how many bytes of a body may wait here; where more would, the server has to
_FINAL = 200  # the first status that is no announcement of another
_BARE = frozenset({204, 304})  # those that never have a body

BROKEN = (OSError, HttpParserError, HttpParserUpgrade)
"""What is raised of a connection that broke, or where what came is no HTTP."""


class Connection(Protocol):
    """Asks a server for one thing after the other.

    What comes is read by httptools, and waits here until it is taken: what has come is not lost when the connection is.

    Attributes:
        status: of the answer.
        headers: of the answer, names in lower case.
        idle_since: when the last answer ended, by the loop's clock.
        closed: done when the connection is.
    """

    __slots__ = (
        "_ends_with_connection", "_error", "_is_begun", "_is_whole", "_loop", "_may_stay", "_packed", "_parser",
        "_pieces", "_size", "_transport", "_waiter", "_wire", "closed", "headers", "idle_since", "status",
    )  # fmt: skip

    def __init__(self) -> None:
        self._transport: Any = None
        self._wire: Any = None
        """The same, or what is beneath its encryption: that one knows at once what is sent, and that all is over."""
        self._parser: Any = None
        self.idle_since = 0.0
        self._clear()

    def _clear(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self._size = 0
        self._packed: Packed | None = None
        self._waiter: Future[None] | None = None
        self._error: Exception | None = None
        self._is_begun = self._is_whole = self._may_stay = self._ends_with_connection = False

    # What who asks calls

    def ask(self, head: bytes, body: bytes | None = None) -> None:
        """Send a request; neither HEAD nor another whose answer has no body although its headers say so.

        Raises:
            OSError: the connection is lost already.
        """
        if self.closed.done():
            raise ConnectionResetError("closed by the server")
        self._clear()
        parser = self._parser = HttpResponseParser(self)
        # As other clients do: what companies put between us and the server is not always exact.
        parser.set_dangerous_leniencies(
            lenient_headers=True, lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
        )
        if body:
            self._transport.writelines((head, body))
        else:
            self._transport.write(head)

    async def begun(self) -> None:
        """Wait for the status and the headers.

        Raises:
            ApiError: what `fail` was told.
            OSError, HttpParserError, HttpParserUpgrade: they did not come.
        """
        while not self._is_begun:
            if self._error is not None:
                raise self._error
            if (news := self.news()) is not None:
                await news

    def take(self) -> bytes | None:
        """What has come of the body since the last time, None where that is nothing; empty after its end.

        Raises:
            ApiError: what `fail` was told.
            OSError, HttpParserError, HttpParserUpgrade: no more comes, and it is not whole.
        """
        pieces = self._pieces
        if pieces:
            data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.clear()
            if self._size > _MOST and not self._wire.is_closing():
                self._wire.resume_reading()
            self._size = 0
            return data
        if self._is_whole:
            return b""
        if self._error is not None:
            raise self._error
        return None

    def news(self) -> Future[None] | None:
        """Done when more has come, or no more will; None where that is so already.

        Raises:
            RuntimeError: somebody else waits.
        """
        if self._pieces or self._is_whole or self._error is not None:
            return None
        if self._waiter is not None and not self._waiter.done():
            raise running()
        waiter = self._waiter = self._loop.create_future()
        return waiter

    def fail(self, error: Exception) -> None:
        """End the connection, and with an error the answer, unless it is whole."""
        if not self._is_whole and self._error is None:
            self._error = error
        self.close()
        self._wake()

    @property
    def is_free(self) -> bool:
        """Whether it can be asked for something else: all of both is over, and nothing waits here that stops it."""
        wire = self._wire
        return self._may_stay and self._size <= _MOST and not (wire.is_closing() or wire.get_write_buffer_size())

    def close(self) -> None:
        """Close it at once: a server that goes on is to learn of it, which TLS's own farewell might delay."""
        self._may_stay = self._ends_with_connection = False
        self._transport.abort()

    async def encrypt(self, context: SSLContext, host: str) -> None:
        """Go on within TLS.

        Raises:
            OSError: the server has no certificate for that name, or speaks no TLS.
        """
        if self._wire.is_closing():
            raise ConnectionResetError("closed by the server")
        self._parser = None
        self._transport = await self._loop.start_tls(self._transport, self, context, server_hostname=host)

    # What asyncio calls

    @override
    def connection_made(self, transport: Any) -> None:
        self._transport = self._wire = transport
        self._loop = get_running_loop()
        self.closed: Future[None] = self._loop.create_future()

    @override
    def data_received(self, data: bytes) -> None:
        if self._parser is None or self._is_whole:  # nobody asked
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self.fail(error)
        self._wake()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._ends_with_connection and exc is None and (self._packed is None or self._packed.is_whole):
            self._is_whole = True
        elif not self._is_whole and self._error is None:
            self._error = exc or ConnectionResetError("closed by the server")
        self._parser = None
        self.closed.set_result(None)
        self._wake()

    def _wake(self) -> None:
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)

    # What httptools calls

    def on_message_begin(self) -> None:
        """Another answer than the one that was asked for is none of ours."""
        if self._is_whole:
            raise ConnectionError("more came than was asked for")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Several of one name are one, as HTTP has it."""
        if not self._is_begun:  # else it stands behind the body
            key, said = name.decode("latin-1").lower(), value.decode("utf-8", "surrogateescape")
            self.headers[key] = f"{self.headers[key]}, {said}" if key in self.headers else said

    def on_headers_complete(self) -> None:
        """The body begins, where this is the answer itself."""
        status = self._parser.get_status_code()
        if status < _FINAL:
            self.headers = {}
            return
        self.status, self._is_begun = status, True
        is_framed = _is_framed(status, self.headers)
        self._ends_with_connection = not is_framed
        if "content-encoding" in self.headers:
            self._packed = Packed.of(self.headers["content-encoding"], may_be_empty=is_framed)

    def on_body(self, data: bytes) -> None:
        """A piece of it."""
        if self._packed is not None:
            data = self._packed.read(data)
            if not data:
                return
        self._pieces.append(data)
        size = self._size + len(data)
        if size > _MOST >= self._size:
            self._wire.pause_reading()
        self._size = size

    def on_message_complete(self) -> None:
        """All has come, or what announced it."""
        if not self._is_begun:
            self._pieces.clear()  # none of these has a body of its own
            return
        if self._packed is not None and not self._packed.is_whole:
            raise ConnectionError("what is packed is not whole")
        self._may_stay = self._parser.should_keep_alive() and not self._ends_with_connection
        self._is_whole = True


def running() -> RuntimeError:
    """What to say to a second reader."""
    return RuntimeError("the reading of an answer, which one at a time may do, is already running")


def _is_framed(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer says itself where it ends."""
    return status in _BARE or "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()
