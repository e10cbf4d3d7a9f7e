"""How long a call may take, part by part, and which part it was that took too long."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from cgb import Timeout, UnusableAnswer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from aiohttp import ClientResponse, ClientTimeout

    from . import Anthropic


class Timeouts:
    """The budgets of one call; `total` is the setting that bounds the whole, if not `total_timeout_s`."""

    def __init__(self, settings: Anthropic, host: str, total: tuple[str, float] | None = None) -> None:
        self._host = host
        self._connect = ("connect_timeout_s", settings.connect_timeout_s)
        self._idle = ("request_timeout", settings.request_timeout)
        self._total = total or ("total_timeout_s", settings.total_timeout_s)

    def for_aiohttp(self) -> ClientTimeout:
        """What aiohttp sees to."""
        from aiohttp import ClientTimeout  # noqa: PLC0415 - 0.4 s that a server need not pay at its start

        return ClientTimeout(total=self._total[1] or None, connect=self._connect[1], sock_read=self._idle[1])

    @asynccontextmanager
    async def until_headers(self) -> AsyncIterator[None]:
        """Bounds the wait for an answer, in which the request goes out as well.

        Raises:
            Timeout: the connection, the first byte or the whole took too long.
        """
        from aiohttp import ConnectionTimeoutError, SocketTimeoutError  # noqa: PLC0415 - as above

        try:
            async with asyncio.timeout(self._idle[1]) as idle:
                yield
        except ConnectionTimeoutError as error:
            raise Timeout(self._told("could not be connected to", *self._connect)) from error
        except TimeoutError as error:
            was_silent = idle.expired() or isinstance(error, SocketTimeoutError)
            raise self._before_any_byte(was_silent=was_silent) from error

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
                begun = True
                yield chunk
        except TimeoutError as error:
            was_silent = isinstance(error, SocketTimeoutError)
            raise (self._stalled if begun else self._before_any_byte)(was_silent=was_silent) from error
        except ClientError as error:
            raise UnusableAnswer(
                f"the connection to {self._host} broke in the middle of its answer ({type(error).__name__}). "
                "Ask again.",
                kind="cut",
            ) from error

    def _before_any_byte(self, *, was_silent: bool) -> Timeout:
        return Timeout(self._told("did not begin to answer", *(self._idle if was_silent else self._total)))

    def _stalled(self, *, was_silent: bool) -> UnusableAnswer:
        """The middle of an answer, which may be asked for again."""
        if was_silent:
            text = self._told("fell silent in the middle of its answer: nothing came", *self._idle)
        else:
            text = self._told("did not end its answer", *self._total)
        return UnusableAnswer(text, kind="stall")

    def _told(self, what: str, setting: str, seconds: float) -> str:
        return (
            f"{self._host} {what} within the {seconds:g} s that plugin.anthropic.{setting} allows. "
            "Ask again; if this comes often, raise it."
        )
