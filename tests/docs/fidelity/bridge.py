"""The bundled plugins with a Gemini in process that answers what a probe wants."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any, TypeVar

import orjson
from pydantic import SecretStr, ValidationError

from cgb import ApiError, InvalidRequest, MessagesRequest, hookimpl
from cgb.exchange import Exchange
from cgb.isolation.watchers import watched
from cgb.messages import carried, event_to_wire
from cgb.testing import assert_stream, opened
from cgb.testing.gemini_server import catalog, validation
from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.signatures import CORRUPTED
from cgb_plugins import model_map, tidy_request, tool_schema
from cgb_plugins.gemini import Gemini, GeminiTransport
from cgb_plugins.gemini.fetch import Fetched

Json = dict[str, Any]
T = TypeVar("T")

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_RANDOM = re.compile(r"\b(msg|toolu|srvtoolu|req)_[0-9a-f]{24}")
_CARRIED = re.compile(r"[\w-]*_cgb1_[\w-]+")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a probe.

    Attributes:
        seen: the requests that reached Gemini, the answer, and what the bridge learnt of the model.
        notes: the kinds of notes that plugins made.
        refused: why the bridge refused the request.
        events: the answer's events.
    """

    seen: Json
    notes: frozenset[str] = frozenset()
    refused: str = ""
    events: tuple[Json, ...] = ()


@dataclass
class Bridge:
    """Asks through the real pipeline; `hops` are the frames of each of Gemini's answers."""

    pipeline: Any
    transport: GeminiTransport
    bodies: list[Json] = field(default_factory=list)
    hops: list[list[Json]] = field(default_factory=list)

    async def ask(self, request: Mapping[str, Any], *hops: list[Json]) -> Outcome:
        """What comes of a request that Gemini answers with these frames."""
        try:
            asked = MessagesRequest.model_validate(request)
        except ValidationError as error:
            return Outcome({}, refused=str(error.errors()[0]["msg"]))
        self.bodies, self.hops = [], list(hops)
        self.transport._catalogue._resolved.clear()
        exchange = Exchange(self.pipeline, asked, {})
        try:
            events = [event async for event in exchange.events()]
        except InvalidRequest as error:
            return Outcome({}, refused=error.message)
        except ApiError as error:
            return self._outcome(exchange, {"error": {"kind": getattr(error, "kind", ""), "message": error.message}})
        finally:
            exchange.finish()
            await watched()
        answer = assert_stream(events).to_wire()
        return self._outcome(exchange, answer, tuple(map(event_to_wire, events)))

    def _outcome(self, exchange: Exchange, answer: Json, events: tuple[Json, ...] = ()) -> Outcome:
        model = exchange.ctx.routes[-1].model
        for body in self.bodies:
            _accepted(model, orjson.dumps(body))
        seen = {
            "request": self.bodies[0] if self.bodies else {},
            "hop": self.bodies[1:],
            "model": model,
            "answer": _steady(answer),
            "learnt": self.transport._catalogue._resolved.get(model),
        }
        return Outcome(seen, frozenset(note.kind for note in exchange.ctx.notes), events=events)

    def _stream(self, model: str, body: Json, note: Any = None) -> Any:
        self.bodies.append(body)
        return aclosing(_each(self.hops.pop(0)))


class _NoNetwork:
    """Reads every link as an image that says its address."""

    async def fetch(self, url: str) -> Fetched:
        if url.endswith(".pdf"):
            return Fetched("application/pdf", orjson.dumps(url).hex())
        return Fetched("image/png", PIXEL if url.endswith("1") else PIXEL[:-4] + "AAAA")

    async def close(self) -> None:
        """Nothing is open."""


def run(job: Callable[[Bridge], Awaitable[T]]) -> T:
    """What a job gives that asks the bridge."""

    async def ran() -> T:
        transport = GeminiTransport(Gemini(api_key=SecretStr("none"), refresh_models=False))
        transport._links._fetcher = _NoNetwork()

        @hookimpl
        @asynccontextmanager
        async def open_transport() -> Any:
            yield transport

        gemini = SimpleNamespace(__name__="cgb_plugins.gemini", open_transport=open_transport)
        async with opened([tidy_request, model_map, tool_schema, gemini]) as pipeline:
            bridge = Bridge(pipeline, transport)
            transport._client.stream = bridge._stream
            return await job(bridge)

    return asyncio.run(ran())


async def _each(frames: list[Json]) -> Any:
    for frame in frames:
        yield [frame]


@cache
def _accepted(model: str, body: bytes) -> None:
    """See that the strict simulated service takes the request."""
    found = catalog.find(model)
    assert found is not None, model
    try:
        validation.check(validation.read(found, validation.parse(body)))
    except GoogleError as error:
        if error.message == CORRUPTED:  # probes make their signatures up
            return
        raise AssertionError(f"{error.message}\n{body.decode()}") from error


def _steady(answer: Json) -> Json:
    """An answer without what is new each time, and with what its ids carry."""
    text = _RANDOM.sub(r"\1_id", json.dumps(answer))
    return json.loads(_CARRIED.sub(lambda found: json.dumps(_memory(found[0])).replace('"', "'"), text))


def _memory(text: str) -> Json:
    memory = carried(text)
    return {"signature": memory.signature, **memory.facts} if memory else {}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value inside a JSON value, objects too, with its path."""
    yield path, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
