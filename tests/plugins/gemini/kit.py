"""What the Gemini plugin's tests share."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson
from tests.core.upstream.kit import Arrived, http, raw_server, silent  # noqa: F401 - for this plugin's tests

from cgb import Context, Event, Message, MessagesRequest, Usage
from cgb.messages import CARRY_FIELD, carried
from cgb.testing import assert_stream
from cgb.testing.gemini_server import catalog, validation
from cgb.testing.gemini_server.errors import GoogleError
from cgb_plugins import tidy_request
from cgb_plugins.gemini.asked import Asked
from cgb_plugins.gemini.models import family_of
from cgb_plugins.gemini.request import Converter
from cgb_plugins.gemini.response import Ask, Prepared, events_of
from cgb_plugins.gemini.tools import domains, tool_names

OLD, NEW, NEWEST = "gemini-2.5-flash", "gemini-3-flash-preview", "gemini-4-argon"
MODELS = (OLD, NEW, NEWEST)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def request_of(*messages: dict[str, Any] | str, **fields: Any) -> MessagesRequest:
    """A request; a string is a message of the user's."""
    listed = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages or ("Hi",)]
    whole = {"model": "claude-sonnet-5", "max_tokens": 8192, "messages": listed, **fields}
    return MessagesRequest.model_validate(whole)


def user(*content: dict[str, Any] | str) -> dict[str, Any]:
    return {"role": "user", "content": [_block(one) for one in content]}


def assistant(*content: dict[str, Any] | str) -> dict[str, Any]:
    return {"role": "assistant", "content": [_block(one) for one in content]}


def system(content: Any) -> dict[str, Any]:
    return {"role": "system", "content": content}


def _block(given: dict[str, Any] | str) -> dict[str, Any]:
    return {"type": "text", "text": given} if isinstance(given, str) else given


def call(tool_id: str, name: str = "Bash", arguments: Any = None) -> dict[str, Any]:
    return {"type": "tool_use", "id": tool_id, "name": name, "input": {} if arguments is None else arguments}


def result(tool_id: str, content: Any = "done", **fields: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": tool_id, "content": content, **fields}


def image(kind: str = "image/png") -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": PIXEL}}


def tool(name: str = "Bash", **fields: Any) -> dict[str, Any]:
    return {"name": name, "description": "A tool.", "input_schema": {"type": "object"}, **fields}


@dataclass
class Converted:
    """A body, and what was noted while it was made."""

    body: dict[str, Any]
    ctx: Context

    @property
    def contents(self) -> list[dict[str, Any]]:
        return self.body["contents"]

    @property
    def parts(self) -> list[dict[str, Any]]:
        return [part for content in self.contents for part in content["parts"]]

    @property
    def roles(self) -> str:
        return " ".join(content["role"] for content in self.contents)

    @property
    def notes(self) -> list[str]:
        return [note.kind for note in self.ctx.notes]

    def all_of(self, kind: str) -> list[Any]:
        return [part[kind] for part in self.parts if kind in part]


def convert(
    request: MessagesRequest, model: str = NEW, *, tidy: bool = True, options: dict[str, Any] | None = None
) -> Converted:
    """What goes to Gemini for a request; `options` are the route's."""
    family, ctx = family_of(model), Context(request)
    fitted = tidy_request.fit_request(request, family.target, ctx, tidy_request.TidyRequest()) if tidy else request
    return Converted(Converter(fitted, family, tool_names(fitted), ctx, options=options or {}).body(), ctx)


def accepted(converted: Converted, model: str = NEW) -> Converted:
    """The same, after the simulated service's whole validation, in process."""
    found = catalog.find(model)
    assert found is not None
    try:
        validation.check(validation.read(found, validation.parse(orjson.dumps(converted.body))))
    except GoogleError as error:
        raise AssertionError(f"{error.message}\n{orjson.dumps(converted.body).decode()}") from error
    return converted


def made(
    *messages: dict[str, Any] | str, model: str = NEW, options: dict[str, Any] | None = None, **fields: Any
) -> Converted:
    """The body for these messages, seen to be accepted."""
    return accepted(convert(request_of(*messages, **fields), model, options=options), model)


# Answers


def frame(*parts: dict[str, Any], finish: str | None = None, **fields: Any) -> dict[str, Any]:
    """A frame of Gemini's; `usage` are its figures, `candidate` further members of the candidate."""
    candidate: dict[str, Any] = {"content": {"role": "model", "parts": list(parts)}, **fields.pop("candidate", {})}
    if finish:
        candidate["finishReason"] = finish
    usage = {"usageMetadata": fields.pop("usage")} if "usage" in fields else {}
    return {"candidates": [candidate], **usage, **fields}


def text(words: str, **fields: Any) -> dict[str, Any]:
    return {"text": words, **fields}


def thought(words: str, **fields: Any) -> dict[str, Any]:
    return {"text": words, "thought": True, **fields}


def function(name: str = "Bash", args: Any = None, signature: str = "", **fields: Any) -> dict[str, Any]:
    part: dict[str, Any] = {"functionCall": {"name": name, "args": {} if args is None else args, **fields}}
    return {**part, "thoughtSignature": signature} if signature else part


def asked(request: MessagesRequest | None = None, model: str = NEW, **fields: Any) -> Asked:
    """What an answer is read against."""
    request, family = request or request_of(), family_of(model)
    known = {
        "names": tool_names(request),
        "family": family.name,
        "ctx": Context(request),
        "estimate": lambda: 7,
        "domains": domains(request, family),
        **fields,
    }
    known.setdefault("context_tokens", 1_048_576)
    return Asked(request=request, **known)


async def read(frames: Any, request: MessagesRequest | None = None, model: str = NEW, **fields: Any) -> Message:
    """The answer that an async iterable of pieces of frames streams; its events are seen to be in the grammar."""
    return await read_hops(lambda _: aclosing(frames), {}, asked(request, model, **fields))


async def read_hops(ask: Ask, body: dict[str, Any], asked: Asked) -> Message:
    """The answer that comes in so many streams; its events are seen to be in the grammar."""
    return assert_stream([event async for event in streamed(ask, body, asked)])


def streamed(ask: Ask, body: dict[str, Any], asked: Asked) -> AsyncGenerator[Event]:
    """The events of the answer that comes in so many streams."""

    async def prepared() -> Prepared:
        return Prepared(ask, body, asked)

    return events_of(prepared)


async def given(*frames: dict[str, Any]) -> Any:
    """Frames as a stream, each in a piece of its own."""
    for one in frames:
        yield [one]


def answer(*frames: dict[str, Any], request: MessagesRequest | None = None, model: str = NEW, **fields: Any) -> Message:
    """The answer that these frames stream; `fields` are those of what was asked."""
    return asyncio.run(read(given(*frames), request, model, **fields))


def plain(message: Message) -> list[Any]:
    """A message's blocks without what is new each time, with what they carry in its place."""
    blocks = []
    for block in message.content:
        wire = block.to_wire()
        for name in ("id", "signature", "data", CARRY_FIELD):
            if memory := carried(str(wire.get(name, ""))):
                wire[name] = (memory.signature, {fact: memory.facts[fact] for fact in memory.facts if fact != "model"})
        if block.type == "tool_use":
            # The field repeats the id, for clients that shorten ids.
            assert wire.pop(CARRY_FIELD) == wire["id"]
        blocks.append(wire)
    return blocks


def usage(read_tokens: int, written: int, cached: int = 0) -> Usage:
    return Usage(
        input_tokens=read_tokens,
        output_tokens=written,
        cache_read_input_tokens=cached,
        cache_creation_input_tokens=0,
    )
