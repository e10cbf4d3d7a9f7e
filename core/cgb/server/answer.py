"""An exchange's answer as an HTTP response: streamed or plain, from the same events."""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from contextlib import aclosing
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import Response
from typing_extensions import override

from ..errors import ApiError, Overloaded
from ..lenient_json import dumps
from ..log import log
from ..messages import accumulate
from ..sse import PING, encode, frame
from ..steps import comes_from_outside
from .body import disconnected
from .bursts import Bursts
from .either import Either

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Message, Receive, Scope, Send

    from ..config import ServerSettings
    from ..exchange import Exchange

_JSON = "application/json"
_EVENT_STREAM = "text/event-stream; charset=utf-8"
_LONGEST_ROUTE = 200
_LAST_WORDS_S = 5.0
"""How long an answer may take to end once it is cancelled: upstream's connection is closed meanwhile."""
_SOON_S = 0.05
"""An answer that is whole by then needs nobody who sees whether the client leaves."""
_open: set[asyncio.Task[Any]] = set()
_quoted = lru_cache(partial(quote, safe="/:@[]+,="))


class Answer(Response):
    """Runs an exchange, watches for a client that leaves, and keeps the connection alive meanwhile.

    The status line waits for the first event of the answer, so that what fails before it
    is a real HTTP status with real headers.
    """

    def __init__(self, exchange: Exchange, settings: ServerSettings) -> None:
        super().__init__()
        self._exchange = exchange
        self._settings = settings
        self._started = False
        self._is_writing = False
        self._pinging: asyncio.Future[None] | None = None
        self._last_byte = time.monotonic()

    @override
    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """They are known once the answer begins."""
        self.raw_headers = []

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        serving: Any = asyncio.current_task()
        _open.add(serving)
        try:
            await self._serve(asyncio.create_task(self._answer(self._in_turn(send))), receive, send)
        finally:
            _open.discard(serving)

    async def _serve(self, answering: asyncio.Task[None], receive: Receive, send: Send) -> None:
        """See the answer through, to whatever end."""
        try:
            await self._watch(Either(answering), receive, send)
        except asyncio.CancelledError:
            await self._stop(answering, send)
        finally:
            left = not answering.done()
            if left:
                await _end(answering)
            self._exchange.finish(cancelled=left)

    async def _watch(self, over: Either, receive: Receive, send: Send) -> None:
        """Keep the connection alive until the answer is whole or the client gone."""
        await over.wait(_SOON_S)
        if over.ended():
            return
        leaving = asyncio.create_task(disconnected(receive))
        over.beside(leaving)
        try:
            while not over.ended():
                # An answer that starts meanwhile must be heard of every ping_s, however long its start may take.
                await over.wait(min(self._patience, self._settings.ping_s))
                if over.ended() or self._patience > 0:
                    continue
                if not self._is_writing:  # to a client that is slow to read
                    await self._ping(send)
                self._last_byte = time.monotonic()
        finally:
            leaving.cancel()

    async def _ping(self, send: Send) -> None:
        """Say something, while the answer waits with what it has to say."""
        self._pinging = asyncio.get_running_loop().create_future()
        try:
            await self._keep_alive(send)
        finally:
            self._pinging.set_result(None)
            self._pinging = None

    async def _stop(self, answering: asyncio.Task[None], send: Send) -> None:
        """The server stops, and has waited long enough: an error is honest, a stream that is cut is not."""
        if not answering.done():
            await _end(answering)
            error = Overloaded("the bridge was stopped before this answer was whole. Ask again.")
            self._exchange.error = error
            await self._fail(send, error)

    @abstractmethod
    async def _run(self, send: Send) -> None:
        """Send the answer."""

    async def _keep_alive(self, send: Send) -> None:
        """Nothing was sent for a while. A plain answer has nothing to say before its end."""

    @property
    def _patience(self) -> float:
        """Seconds until the client must hear something."""
        longest = self._settings.ping_s if self._started else self._settings.hold_status_s
        return self._last_byte + longest - time.monotonic()

    @property
    def _route(self) -> Mapping[str, str]:
        """The header that names the route asked last: once an answer has begun, the one that answers.

        A client's own words may stand in a route, so whatever could end a header is escaped.
        """
        routes = self._exchange.ctx.routes
        return {"cgb-route": _quoted(str(routes[-1])[:_LONGEST_ROUTE])} if routes else {}

    async def _answer(self, send: Send) -> None:
        try:
            await self._run(send)
        except ApiError as error:
            await self._fail(send, error)
        except OSError:
            log.debug("request %s: the client's connection broke", self._exchange.ctx.id)
        except BaseException as error:
            if comes_from_outside(error):
                raise
            await self._fail(send, self._exchange.failed(error))

    async def _fail(self, send: Send, error: ApiError) -> None:
        body = error.body(self._exchange.ctx.id)
        if self._started:
            await send(_body(frame(body)))
            return
        await self._start(send, error.status, _JSON, {**self._route, **error.headers})
        await send(_body(dumps(body)))

    async def _start(self, send: Send, status: int, content_type: str, headers: Mapping[str, str]) -> None:
        self._started = True
        said = {"content-type": content_type, "request-id": self._exchange.ctx.id, **headers}
        raw = [(name.encode(), value.encode()) for name, value in said.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})

    def _in_turn(self, send: Send) -> Send:
        """The answer's own way to send: after a ping that is being sent, and none is sent meanwhile."""

        async def sent(message: Message) -> None:
            if self._pinging is not None:
                await asyncio.shield(self._pinging)
            self._last_byte = time.monotonic()
            self._is_writing = True
            try:
                await send(message)
            finally:
                self._is_writing = False

        return sent


def _body(data: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": more}


class StreamedAnswer(Answer):
    """The answer as server-sent events, one write for what came from upstream in one piece."""

    @override
    async def _run(self, send: Send) -> None:
        async with aclosing(Bursts(self._exchange.events())) as bunches:
            more = True
            async for bunch in bunches:
                data = b"".join(map(encode, bunch))
                if not self._started:
                    await self._start_stream(send, self._route)
                more = not bunches.is_whole
                await send({"type": "http.response.body", "body": data, "more_body": more})
        if more:
            await send(_body(b""))

    @override
    async def _keep_alive(self, send: Send) -> None:
        if not self._started:
            await self._start_stream(send, {})
        await send(_body(PING, more=True))

    async def _start_stream(self, send: Send, route: Mapping[str, str]) -> None:
        headers = {"cache-control": "no-cache", "x-accel-buffering": "no", **route}
        await self._start(send, 200, _EVENT_STREAM, headers)


class PlainAnswer(Answer):
    """The answer as one JSON object: the same events, accumulated in bursts, so that others have their turn."""

    @override
    async def _run(self, send: Send) -> None:
        async with aclosing(Bursts(self._exchange.events())) as bunches:
            message = await accumulate(event async for bunch in bunches for event in bunch)
        await self._start(send, 200, _JSON, self._route)
        await send(_body(dumps(message.to_wire())))


class CountAnswer(Answer):
    """How many tokens a request is."""

    @override
    async def _run(self, send: Send) -> None:
        counted: dict[str, Any] = {"input_tokens": await self._exchange.count_tokens()}
        await self._start(send, 200, _JSON, self._route)
        await send(_body(dumps(counted)))


async def ended(timeout: float) -> None:  # noqa: ASYNC109 - giving up is no error here
    """Wait until all answers have ended that the server has stopped, at most so many seconds."""
    if _open:
        await asyncio.wait(_open, timeout=timeout)


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel it, and wait until it has ended; code that will not be cancelled is left to itself."""
    task.cancel()
    _, stuck = await asyncio.wait({task}, timeout=_LAST_WORDS_S)
    if stuck:
        log.error("an answer goes on although it was cancelled: a plugin hinders its end. It is left to itself.")
