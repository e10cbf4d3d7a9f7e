"""A client, the bridge and Gemini in one process: the whole pipeline, with bytes where the network would be."""

import asyncio
from contextlib import aclosing, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import orjson
from tests.core.upstream.kit import Arrived

from cgb import Event, Message, MessagesRequest
from cgb.config import Config
from cgb.exchange import Exchange
from cgb.messages import CARRY_FIELD, carried
from cgb.sse import decode, encode
from cgb.testing import assert_stream, opened, plugin_of
from cgb.testing.gemini_server import catalog, validation
from cgb.testing.gemini_server.errors import GoogleError
from cgb.testing.gemini_server.findings import Findings
from cgb_plugins import tidy_request, tool_schema
from cgb_plugins.gemini import Gemini, GeminiTransport
from cgb_plugins.gemini.frames import Frames

OLD, NEW, NEWEST = "gemini-2.5-flash", "gemini-3-flash-preview", "gemini-4-argon"
DUMMY = "skip_thought_signature_validator"
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def violations(model, body, *, signed=True):
    """What the simulated service says to a body; `signed` where its signatures are the service's own."""
    found = catalog.find(model)
    assert found is not None
    try:
        request = validation.read(found, validation.parse(body))
        for stage in validation.STAGES if signed else validation.STAGES[:-1]:
            findings = Findings()
            for rule in stage:
                rule(request, findings)
            findings.stop()
    except GoogleError as error:
        return error.message
    return ""


class Wire:
    """Stands in for the HTTP client: reads each body as Gemini would, and answers with bytes."""

    def __init__(self):
        self.signed = True
        self.answers = []
        self.bodies = []
        self.violations = []

    def stream(self, model, body, note=None):
        data = orjson.dumps(body)
        if wrong := violations(model, data, signed=self.signed):
            self.violations.append(f"{wrong}\n{data.decode()}")
        self.bodies.append(data)
        # However often it is asked, the last answer stays the same.
        return nullcontext(Frames(Arrived(*(self.answers.pop(0) if self.answers[1:] else self.answers[0])), model))

    async def close(self):
        pass


async def each(chunks):
    for chunk in chunks:
        yield chunk


@dataclass
class Answer:
    """What the client made of an answer's bytes, and what Gemini was asked for it at first."""

    message: Message
    events: list[Event]
    raw: bytes
    notes: list[str]

    @property
    def body(self) -> dict[str, Any]:
        return orjson.loads(self.raw)


class Bridge:
    """The default plugins round a Wire, in an event loop of their own."""

    def __init__(self, pipeline, wire, run):
        self.wire = wire
        self.run = run
        self._pipeline = pipeline

    def ask(self, request, *answers, signed=True):
        """Ask as a client does that reads bytes; `answers` are the chunks of Gemini's, attempt by attempt."""
        exchange = self.begin(request, *answers, signed=signed)
        events = self.run(heard(exchange.events(), []))
        assert not self.wire.violations, self.wire.violations.pop()
        said = assert_stream(events)
        read = self.run(heard(decode(each([b"".join(map(encode, events))])), []))
        assert read == events
        message = assert_stream(read)
        assert message == said
        return Answer(message, events, self.wire.bodies[0], [note.kind for note in exchange.ctx.notes])

    def begin(self, request, *answers, signed=True):
        """The exchange that is about to ask; whatever of it Gemini would refuse is in `wire.violations`."""
        self.wire.signed, self.wire.answers, self.wire.bodies = signed, list(answers), []
        return Exchange(self._pipeline, MessagesRequest.model_validate(request), {})


async def heard(events, kept):
    """The events, which `kept` holds too where they end in an error."""
    async with aclosing(events):
        async for event in events:
            kept.append(event)
    return kept


@contextmanager
def bridges(*repairs):
    """A bridge for a whole run of tests, with these plugins around it: to open one takes longer than to ask it."""
    wire = Wire()
    transport = GeminiTransport(Gemini(refresh_models=False))
    transport._client = wire
    plugins = [
        plugin_of(tidy_request, "tidy-request"),
        plugin_of(tool_schema, "tool-schema"),
        plugin_of(transport, "gemini"),
        *repairs,
    ]
    with asyncio.Runner() as runner:
        opening = opened(plugins, Config(options={"plugin.stream-repair.backoff_s": 0} if repairs else {}))
        pipeline = runner.run(opening.__aenter__())
        try:
            yield Bridge(pipeline, wire, runner.run)
        finally:
            runner.run(opening.__aexit__(None, None, None))


def is_prefix(body, longer):
    """Whether all that Gemini's cache sees of one request is the beginning of the other."""
    one, other = orjson.loads(body), orjson.loads(longer)
    same = all(one.get(name) == other.get(name) for name in ("systemInstruction", "tools", "toolConfig"))
    contents, more = orjson.dumps(one["contents"]), orjson.dumps(other["contents"])
    head = body[: body.index(b'"contents":')]
    return same and longer.startswith(head) and more.startswith(contents[:-1]) and len(more) >= len(contents)


# The client's side


def javascript(value):
    """JSON as a program in JavaScript writes it after reading it: no 3.0, no large integers, its own order of keys."""
    match value:
        case bool() | None | str():
            return value
        case int():
            return javascript(float(value)) if abs(value) > 2**53 else value
        case float():
            return int(value) if value.is_integer() and abs(value) < 2**63 else value
        case dict():
            named = {name: javascript(one) for name, one in value.items()}
            numbers = sorted((name for name in named if is_index(name)), key=int)
            return {name: named[name] for name in (*numbers, *(name for name in named if name not in numbers))}
        case _:
            return [javascript(one) for one in value]


def is_index(name):
    return name.isascii() and name.isdecimal() and str(int(name)) == name and int(name) < 2**32 - 1


@dataclass(frozen=True)
class Habits:
    """What a client does to a turn before it sends it back.

    Attributes:
        thinking: it keeps blocks of that kind.
        fields: it keeps members that it does not know.
        ids: it keeps ids as they are, however long.
        last: it moves tool calls behind everything else.
    """

    thinking: bool = True
    fields: bool = True
    ids: bool = True
    last: bool = True


_STANDARD = {
    "text": ("type", "text", "citations"),
    "tool_use": ("type", "id", "name", "input"),
}


def returned(blocks, habits, short=str):
    """An answer's blocks as the client sends them back next turn; `short` makes its own ids, where it does."""
    kept = [dict(block) for block in blocks]
    if not habits.thinking:
        kept = [block for block in kept if block["type"] not in {"thinking", "redacted_thinking"}]
    if not habits.fields:
        kept = [{name: one[name] for name in _STANDARD.get(one["type"], one) if name in one} for one in kept]
    for place, block in enumerate(kept):
        if block["type"] == "tool_use":
            block["input"] = javascript(block["input"])
            block["id"] = block["id"] if habits.ids else f"call_{short(place)}"
    if habits.last:
        kept.sort(key=lambda block: block["type"] == "tool_use")
    return kept


def plain(message):
    """A message without what is new each time; with what its ids carry."""
    wire = message.to_wire()
    wire.pop("id")
    for block in wire["content"]:
        for name in ("id", "tool_use_id", CARRY_FIELD):
            if name in block:
                memory = carried(block[name])
                block[name] = (memory.signature, dict(memory.facts)) if memory else None
    return wire
