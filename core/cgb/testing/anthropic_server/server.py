"""The simulated service itself: starting, stopping, scripting, and what it saw."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson
from aiohttp import web

from ...messages import MessagesRequest, estimate_tokens, new_id
from .answers import Step, error_body
from .rules import Refused, check

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

_BODY_LIMIT = 32 * 1024 * 1024
_STOP_TIMEOUT_S = 0.1
_OK = 200


@dataclass
class Call:
    """A request that came, and how it ended: with a status, or left by its client."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    refused: str = ""
    left: asyncio.Event = field(default_factory=asyncio.Event)


class SimulatedAnthropic:
    """A Messages API on loopback that checks every request as strictly as the real one, and answers as `reply` says."""

    def __init__(self, api_key: str | None = None) -> None:
        self.api_key = api_key
        self.url = ""
        self.calls: list[Call] = []
        self._queue: deque[Step] = deque()
        self._runner: web.AppRunner | None = None

    @property
    def refusals(self) -> list[str]:
        """Why calls were refused."""
        return [call.refused for call in self.calls if call.refused]

    def reply(self, *steps: Step) -> None:
        """Queue answers: each answers one call, in order."""
        self._queue.extend(steps)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_BODY_LIMIT)
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/messages/count_tokens", self._count)
        app.router.add_get("/v1/models", self._models)
        # The handler is cancelled when its client leaves: that is how a call knows.
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=_STOP_TIMEOUT_S, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._runner = runner
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        call = await self._call(request)
        if refusal := self._refusal(call):
            return refusal
        step = self._queue.popleft() if self._queue else Step(text="Hello, this is no model.")
        if step.status != _OK:
            return _error(call, step.status, *(step.error or ("api_error", "no reason")), step.headers)
        call.status = _OK
        if not call.body.get("stream"):
            return web.json_response(step.message(call.body["model"]).to_wire(), headers=step.headers)
        return await self._stream(request, call, step)

    async def _stream(self, request: web.Request, call: Call, step: Step) -> web.StreamResponse:
        headers = {"content-type": "text/event-stream", "request-id": new_id("req"), **step.headers}
        response = web.StreamResponse(headers=headers)
        try:
            await response.prepare(request)
            for frame in step.frames(call.body["model"]):
                await response.write(frame)
            if step.holds:
                await asyncio.Event().wait()
        except (asyncio.CancelledError, ConnectionError):
            call.left.set()
            raise
        await response.write_eof()
        return response

    async def _count(self, request: web.Request) -> web.StreamResponse:
        call = await self._call(request)
        if refusal := self._refusal(call, counting=True):
            return refusal
        call.status = _OK
        return web.json_response({"input_tokens": estimate_tokens(MessagesRequest.model_validate(call.body))})

    async def _models(self, request: web.Request) -> web.StreamResponse:
        call = await self._call(request)
        return self._unknown(call) or web.json_response({"data": [], "has_more": False})

    async def _call(self, request: web.Request) -> Call:
        headers = {name.lower(): value for name, value in request.headers.items()}
        said = await request.read()
        call = Call(request.path, headers, orjson.loads(said) if said else {})
        self.calls.append(call)
        return call

    def _refusal(self, call: Call, *, counting: bool = False) -> web.Response | None:
        if unknown := self._unknown(call):
            return unknown
        if "anthropic-version" not in call.headers:
            return _refused(call, "anthropic-version: header is required")
        try:
            check(call.body, counting=counting)
        except Refused as refused:
            return _refused(call, str(refused))
        return None

    def _unknown(self, call: Call) -> web.Response | None:
        if self.api_key is None or call.headers.get("x-api-key") == self.api_key:
            return None
        return _error(call, 401, "authentication_error", "invalid x-api-key")


def _refused(call: Call, message: str) -> web.Response:
    call.refused = message
    return _error(call, 400, "invalid_request_error", message)


def _error(call: Call, status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
    call.status, request_id = status, new_id("req")
    body = error_body(kind, message, request_id)
    return web.json_response(body, status=status, headers={"request-id": request_id, **(headers or {})})
