"""The way back: a call's arguments as the tool's own schema has them."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final

import orjson

from cgb import (
    ContentBlockStart,
    ContentBlockStop,
    Context,
    Event,
    InputJsonDelta,
    MessagesRequest,
    Target,
    hookimpl,
)

from .compile import compile_schema
from .compiled import Compiled, Uncompilable

_UNREADABLE: Final = object()


@hookimpl
def transform_stream(
    events: AsyncGenerator[Event], request: MessagesRequest, target: Target, ctx: Context
) -> AsyncGenerator[Event]:
    """Hold a call back until its arguments are whole; a call that is right already is passed on as it came."""
    schemas = {} if target.native else {tool.name: tool.input_schema for tool in request.tools if tool.is_custom}
    return _restoring(events, schemas, target, ctx) if schemas else events


async def _restoring(
    events: AsyncGenerator[Event], schemas: Mapping[str, Mapping[str, Any]], target: Target, ctx: Context
) -> AsyncGenerator[Event]:
    held: list[InputJsonDelta] = []
    name: str | None = None
    async for event in events:
        if type(event) is ContentBlockStart:
            block = event.content_block
            name = block.get("name") if block.get("type") == "tool_use" and block.get("name") in schemas else None
        elif name is not None and type(event) is InputJsonDelta:
            held.append(event)
            continue
        elif name is not None and type(event) is ContentBlockStop:
            for delta in _restored(name, held, _compiled(schemas[name], target), ctx):
                yield delta
            held, name = [], None
        yield event


def _compiled(schema: Mapping[str, Any], target: Target) -> Compiled | None:
    try:
        return compile_schema(schema, target.schema)
    except Uncompilable:
        return None


def _restored(name: str, held: list[InputJsonDelta], compiled: Compiled | None, ctx: Context) -> list[InputJsonDelta]:
    """The arguments as the client's schema has them, in one piece; as they came where that is the same."""
    arguments = _parsed("".join(delta.partial_json for delta in held)) if compiled else _UNREADABLE
    if compiled is None or arguments is _UNREADABLE:
        return held
    decoded = compiled.decode(arguments)
    if decoded is arguments:
        return held
    ctx.note("restored", f"{name}: arguments brought into the schema's types", tool=name)
    return [InputJsonDelta(held[0].index, orjson.dumps(decoded).decode())]


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return _UNREADABLE
