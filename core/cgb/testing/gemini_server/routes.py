"""The HTTP surface: paths, keys, and the way of one call through the service."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from cgb.testing.gemini_server import catalog, continuations, faults, frames, signatures, validation, writers
from cgb.testing.gemini_server.calls import Call, Violation
from cgb.testing.gemini_server.errors import GoogleError, bearer, no_key, unknown_model, wrong_key
from cgb.testing.gemini_server.faults.events import Frame
from cgb.testing.gemini_server.tokens import count_prompt

if TYPE_CHECKING:
    from cgb.testing.gemini_server.catalog import Model
    from cgb.testing.gemini_server.faults.places import Options
    from cgb.testing.gemini_server.request import Request
    from cgb.testing.gemini_server.scripts import Step

BODY_LIMIT = 128 * 1024 * 1024
VERSIONS = "{version:v1beta|v1alpha|v1}"
PAGE = 50
PAGES = 1000
SECRET = {"x-goog-api-key", "authorization", "cookie"}


@dataclass(frozen=True, slots=True)
class Turn:
    """A request with its answer.

    `queued` is the step it was taken from; `extra` says that it asks again for an answer that broke, with how many
    contents more.
    """

    request: Request
    step: Step
    queued: Step | None = None
    extra: int | None = None


class Service(Protocol):
    """What the routes need of the server that owns them."""

    api_key: str | None
    chunk_delay_s: float

    def record(self, call: Call) -> None:
        """Remember a call."""

    def turn(self, request: Request, headers: dict[str, str]) -> Turn:
        """Choose the answer."""

    def fault(self, turn: Turn, good: list[Frame], form: str) -> Options | None:
        """Choose what goes wrong with it."""


def application(service: Service) -> web.Application:
    """The application to serve."""
    routes = _Routes(service)
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_post(f"/{VERSIONS}/models/{{target:.+}}", routes.post)
    app.router.add_get(f"/{VERSIONS}/models", routes.models)
    app.router.add_get(f"/{VERSIONS}/models/{{target:.+}}", routes.models)
    return app


class _Routes:
    """The handlers."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def post(self, request: web.Request) -> web.StreamResponse:
        """`models/{model}:{method}`."""
        model, _, method = request.match_info["target"].rpartition(":")
        return await self._recorded(request, Call(method, model, {}, _headers(request)))

    async def models(self, request: web.Request) -> web.StreamResponse:
        """`GET models` and `GET models/{model}`."""
        return await self._recorded(
            request, Call("models", request.match_info.get("target", ""), {}, _headers(request))
        )

    async def _recorded(self, request: web.Request, call: Call) -> web.StreamResponse:
        self._service.record(call)
        as_array = call.method == "streamGenerateContent" and not _as_sse(request)
        try:
            response = await self._answer(request, call)
        except GoogleError as error:
            call.violations = error.violations
            response = writers.error_response(error, in_array=as_array)
        except (asyncio.CancelledError, ConnectionError):
            if call.finished_at is None:
                call.cancel()
            raise
        call.finish(response.status)
        return response

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        _authorize(request, self._service.api_key)
        if call.method == "models":
            return _catalog(request, call)
        call.body = validation.parse(await _read(request))
        model = _model(request, call)
        if call.method == "countTokens":
            counted = count_prompt(validation.count(model, call.body).body)
            details = [{"modality": "TEXT", "tokenCount": counted}]
            return writers.json_response({"totalTokens": counted, "promptTokensDetails": details})
        valid = validation.read(model, call.body)
        call.dummies = signatures.count_dummies(valid.body)
        validation.check(valid)
        return await self._generate(request, call, valid)

    async def _generate(self, request: web.Request, call: Call, valid: Request) -> web.StreamResponse:
        headers = {key.lower(): value for key, value in request.headers.items()}
        resumed = continuations.resumed(valid)
        turn, hop = (Turn(valid, resumed[0]), resumed[1]) if resumed else (self._service.turn(valid, headers), 0)
        good = [Frame(frame) for frame in frames.build(valid, turn.step, hop)]
        form = faults.PLAIN if call.method == "generateContent" else faults.STREAMED
        fault = self._service.fault(turn, good, form)
        call.fault, call.place = (str(fault.get("kind")), str(fault.get("at", ""))) if fault else ("", "")
        events = faults.apply(good, fault, form)
        delay = turn.step.delay or self._service.chunk_delay_s
        if form == faults.PLAIN:
            return await writers.unary(request, call, events, delay)
        kind = writers.Stream if _as_sse(request) else writers.Array
        return await kind(request, call).write(events, delay)


METHODS = {"generateContent", "streamGenerateContent", "countTokens"}


def _model(request: web.Request, call: Call) -> Model:
    model = catalog.find(call.model)
    if model is None or call.method not in METHODS:
        raise unknown_model(call.model, request.match_info["version"], call.method)
    return model


async def _read(request: web.Request) -> bytes:
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge as error:
        text = f"Request payload size exceeds the limit: {BODY_LIMIT} bytes."
        raise GoogleError(400, text, violations=[Violation("size", "", text)]) from error


def _catalog(request: web.Request, call: Call) -> web.Response:
    if not call.model:
        size = request.query.get("pageSize", "")
        wanted = int(size) if size.isdecimal() and int(size) else PAGE
        return writers.json_response(catalog.page(min(wanted, PAGES), request.query.get("pageToken", "")))
    model = catalog.find(call.model)
    if model is None:
        raise unknown_model(call.model, request.match_info["version"], "getModel")
    return writers.json_response(model.describe())


def _authorize(request: web.Request, expected: str | None) -> None:
    key = request.headers.get("x-goog-api-key") or request.query.get("key")
    if not key and request.headers.get("Authorization", "").startswith("Bearer "):
        raise bearer()
    if not key:
        raise no_key()
    if expected is not None and key != expected:
        raise wrong_key()


def _headers(request: web.Request) -> dict[str, str]:
    lowered = {key.lower(): value for key, value in request.headers.items()}
    return {key: "***" if key in SECRET else value for key, value in lowered.items()}


def _as_sse(request: web.Request) -> bool:
    return request.query.get("alt") == "sse"
