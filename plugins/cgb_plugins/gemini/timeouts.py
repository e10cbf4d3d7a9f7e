"""How long a call of Gemini may take, part by part, and which part it was that took too long."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from cgb import Timeout, UnusableAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from aiohttp import ClientResponse, ClientTimeout

    from . import Gemini

_ENVIRONMENT = {"request_timeout": " (REQUEST_TIMEOUT)"}


class Timeouts:
    """The budgets of one call; `total` is the setting that bounds the whole, if not `total_timeout_s`."""

    def __init__(self, settings: Gemini, total: tuple[str, float] | None = None) -> None:
        self._connect = ("connect_timeout_s", settings.connect_timeout_s)
        self._idle = ("request_timeout", settings.request_timeout)
        self._total = total or ("total_timeout_s", settings.total_timeout_s)
        first = ("first_byte_timeout_s", settings.first_byte_timeout_s)
        self._first = first if first[1] else self._idle

    def for_aiohttp(self) -> ClientTimeout:
        """What aiohttp sees to."""
        from aiohttp import ClientTimeout  # noqa: PLC0415 - 0.4 s that a server need not pay at its start

        return ClientTimeout(total=self._total[1] or None, connect=self._connect[1], sock_read=self._first[1])

    @asynccontextmanager
    async def until_headers(self) -> AsyncIterator[None]:
        """Bounds the wait for an answer, in which the request goes out as well.

        Raises:
            Timeout: the connection, the first byte or the whole took too long.
        """
        from aiohttp import ConnectionTimeoutError, SocketTimeoutError  # noqa: PLC0415 - as above

        try:
            async with asyncio.timeout(self._first[1]) as first:
                yield
        except ConnectionTimeoutError as error:
            raise Timeout(_told("Gemini could not be connected to", *self._connect)) from error
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
                f"the connection to Gemini broke in the middle of its answer ({type(error).__name__}). Ask again.",
                kind="cut",
            ) from error

    def _begin(self, response: ClientResponse) -> None:
        """Measure silences within the answer from now on, no longer the one before it, in which Gemini thinks."""
        connection = response.connection
        if self._first != self._idle and connection is not None and connection.protocol is not None:
            connection.protocol.read_timeout = self._idle[1]
            connection.protocol.start_timeout()

    def _before_any_byte(self, *, was_silent: bool) -> Timeout:
        return Timeout(_told("Gemini did not begin to answer", *(self._first if was_silent else self._total)))

    def _stalled(self, *, was_silent: bool) -> UnusableAnswer:
        """The middle of an answer, which may be asked for again."""
        if was_silent:
            text = _told("Gemini fell silent in the middle of its answer: nothing came", *self._idle)
        else:
            text = _told("Gemini's answer did not come to its end", *self._total)
        return UnusableAnswer(text, kind="stall", status=Timeout.status, type=Timeout.type)


def _told(what: str, setting: str, seconds: float) -> str:
    name = f"plugin.gemini.{setting}{_ENVIRONMENT.get(setting, '')}"
    return f"{what} within the {seconds:g} s that {name} allows. Ask again; if this comes often, raise it."
