"""How long a call may take, part by part, and which part it was that took too long."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from ..errors import Timeout, UnusableAnswer
from ..settings import Env

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from aiohttp import ClientResponse, ClientTimeout

    from .settings import UpstreamSettings


class Budget(NamedTuple):
    """How long a part of a call may take, and the setting that says so."""

    setting: str
    seconds: float


class Timeouts:
    """The budgets of one call.

    Args:
        settings: where they stand.
        plugin: whose settings they are.
        server: what people call the server.
        total: the setting that bounds the whole.
    """

    def __init__(self, settings: UpstreamSettings, plugin: str, server: str, total: str = "total_timeout_s") -> None:
        self._settings = settings
        self._plugin = plugin
        self._server = server
        self._connect = Budget("connect_timeout_s", settings.connect_timeout_s)
        self._idle = Budget("request_timeout", settings.request_timeout)
        self._total = Budget(total, getattr(settings, total))
        first = settings.first_byte_timeout_s
        self._first = Budget("first_byte_timeout_s", first) if first else self._idle

    def for_aiohttp(self) -> ClientTimeout:
        """What aiohttp sees to."""
        from aiohttp import ClientTimeout  # noqa: PLC0415 - 0.4 s that a server need not pay at its start

        return ClientTimeout(
            total=self._total.seconds or None, connect=self._connect.seconds, sock_read=self._first.seconds
        )

    @asynccontextmanager
    async def until_headers(self) -> AsyncIterator[None]:
        """Bounds the wait for an answer, in which the request goes out as well.

        Raises:
            Timeout: the connection, the first byte or the whole took too long.
        """
        from aiohttp import ConnectionTimeoutError, SocketTimeoutError  # noqa: PLC0415 - as above

        try:
            async with asyncio.timeout(self._first.seconds) as first:
                yield
        except ConnectionTimeoutError as error:
            raise Timeout(self._told("could not be connected to", self._connect)) from error
        except TimeoutError as error:
            raise self._before_any_byte(was_silent=first.expired() or isinstance(error, SocketTimeoutError)) from error

    async def chunks(self, response: ClientResponse) -> AsyncGenerator[bytes]:
        """What arrives, as it arrives.

        Raises:
            Timeout: nothing came in time.
            UnusableAnswer: no more came in time, as a `stall`; or the connection broke, or what came is not in the
                encoding that it says, as a `cut`.
        """
        from aiohttp import ClientError, SocketTimeoutError  # noqa: PLC0415 - as above

        begun = False
        try:
            async for chunk in response.content.iter_any():
                if not begun:
                    begun = True
                    self._begin(response)
                yield chunk
        except TimeoutError as error:
            was_silent = isinstance(error, SocketTimeoutError)
            raise (self._stalled if begun else self._before_any_byte)(was_silent=was_silent) from error
        except ClientError as error:
            raise UnusableAnswer(
                f"the connection to {self._server} broke in the middle of its answer ({type(error).__name__}). "
                "Ask again.",
                kind="cut",
            ) from error

    def _begin(self, response: ClientResponse) -> None:
        """Measure silences within the answer from now on, no longer the one before it, in which the model thinks."""
        connection = response.connection
        if self._first != self._idle and connection is not None and connection.protocol is not None:
            connection.protocol.read_timeout = self._idle.seconds
            connection.protocol.start_timeout()

    def _before_any_byte(self, *, was_silent: bool) -> Timeout:
        return Timeout(self._told("did not begin to answer", self._first if was_silent else self._total))

    def _stalled(self, *, was_silent: bool) -> UnusableAnswer:
        """The middle of an answer, which may be asked for again."""
        if was_silent:
            text = self._told("fell silent in the middle of its answer: nothing came", self._idle)
        else:
            text = self._told("did not end its answer", self._total)
        return UnusableAnswer(text, kind="stall", status=Timeout.status, type=Timeout.type)

    def _told(self, what: str, budget: Budget) -> str:
        marks = type(self._settings).model_fields[budget.setting].metadata
        variable = next((f" ({mark.names[0]})" for mark in marks if isinstance(mark, Env)), "")
        return (
            f"{self._server} {what} within the {budget.seconds:g} s that "
            f"plugin.{self._plugin}.{budget.setting}{variable} allows. Ask again; if this comes often, raise it."
        )
