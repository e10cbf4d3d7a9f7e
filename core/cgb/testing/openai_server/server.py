"""The simulated service itself: starting, stopping, scripting, and what it saw."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from cgb.testing.openai_server.rules import broken
from cgb.testing.openai_server.steps import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import Self

BODY_LIMIT = 128 * 1024 * 1024
STOP_TIMEOUT_S = 0.1


@dataclass(slots=True)
class Call:
    """A request as it arrived: its body, what was wrong with it, and whether its client left before the end."""

    body: dict[str, Any]
    violations: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: bool = False


class SimulatedOpenAI:
    """An OpenAI-compatible service on loopback that checks every request, and answers from a script.

    With nothing scripted it says "Hello.", or calls the function that it is told to call.
    """

    def __init__(self, api_key: str | None = None) -> None:
        self.api_key = api_key
        self.calls: list[Call] = []
        self._queue: deque[Step] = deque()
        self._runner: web.AppRunner | None = None
        self._port = 0

    @property
    def url(self) -> str:
        """The address, without `/v1`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def violations(self) -> list[str]:
        """What all calls broke."""
        return [violation for call in self.calls for violation in call.violations]

    def reply(self, *steps: Step | Mapping[str, Any]) -> None:
        """Queue answers: each answers one valid request, in order."""
        self._queue.extend(step if isinstance(step, Step) else Step(**step) for step in steps)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_post("/v1/chat/completions", self._asked)
        # The handler is cancelled when its client leaves: that is how a call knows.
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=STOP_TIMEOUT_S, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _asked(self, request: web.Request) -> web.StreamResponse:
        if self.api_key is not None and request.headers.get("authorization") != f"Bearer {self.api_key}":
            return _error(Step(status=401, message="Incorrect API key provided.", code="invalid_api_key"))
        call = Call(await request.json())
        call.violations = broken(call.body)
        self.calls.append(call)
        try:
            return await self._answered(request, call)
        except (asyncio.CancelledError, ConnectionError):
            call.cancelled = True
            raise
        finally:
            call.ended.set()

    async def _answered(self, request: web.Request, call: Call) -> web.StreamResponse:
        if call.violations:
            return _error(Step(status=400, message=call.violations[0]))
        step = self._queue.popleft() if self._queue else _unscripted(call.body)
        if step.status != web.HTTPOk.status_code:
            return _error(step)
        usage = step.usage(len(json.dumps(call.body["messages"])) // 4)
        if step.fault and not (step.after and call.body.get("stream")):
            return await _go_wrong(request, step, web.StreamResponse())
        if not call.body.get("stream"):
            return web.json_response(_whole(step, str(call.body["model"]), usage))
        wants_usage = (call.body.get("stream_options") or {}).get("include_usage")
        return await _stream(request, step, _frames(step, str(call.body["model"]), usage if wants_usage else None))


def _unscripted(body: dict[str, Any]) -> Step:
    """What is answered where the script says nothing."""
    wanted = body.get("tool_choice")
    if isinstance(wanted, dict):
        return Step(calls=[{"name": wanted["function"]["name"]}])
    return Step(calls=[{"name": body["tools"][0]["function"]["name"]}]) if wanted == "required" else Step(text="Hello.")


def _error(step: Step) -> web.Response:
    body = {"error": {"message": step.message, "type": "invalid_request_error", "param": None, "code": step.code}}
    return web.json_response(body, status=step.status, headers=step.headers)


def _whole(step: Step, model: str, usage: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": step.text or None}
    if step.reasoning:
        message["reasoning_content"] = step.reasoning
    if step.calls:
        message["tool_calls"] = step.tool_calls()
    choice = {"index": 0, "message": message, "finish_reason": step.finish_reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [choice],
        "usage": usage,
    }


def _frames(step: Step, model: str, usage: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": model}
    yield {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}]}
    for delta in step.deltas():
        yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    if step.finish_reason is not None:
        yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": step.finish_reason}]}
    if usage is not None:
        yield {**head, "choices": [], "usage": usage}


async def _stream(request: web.Request, step: Step, frames: Iterator[dict[str, Any]]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await response.prepare(request)
    for number, frame in enumerate(frames):
        await asyncio.sleep(step.delay)
        if step.fault and number >= step.after:
            return await _go_wrong(request, step, response)
        await response.write(f"data: {json.dumps(frame, ensure_ascii=False)}\n\n".encode())
    await response.write(b"data: [DONE]\n\n")
    return response


async def _go_wrong(request: web.Request, step: Step, response: web.StreamResponse) -> web.StreamResponse:
    if step.fault == "hang":
        await asyncio.Event().wait()
    if step.fault == "cut" and request.transport is not None:
        request.transport.abort()
    return response
