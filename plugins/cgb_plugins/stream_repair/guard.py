"""The guard next to the transport: only answers in the grammar pass, and spoilt calls pass as proposals."""

from collections.abc import AsyncGenerator, Iterator

import orjson

from cgb import (
    ContentBlockStart,
    ContentBlockStop,
    Event,
    InputJsonDelta,
    MessagesRequest,
    UnusableAnswer,
    hookimpl,
)
from cgb.messages import Grammar, GrammarError, Writer, new_id

from .changes import may_call

PROPOSED = "toolu_spoilt"
"""How the id of a call begins that upstream spoilt and the transport could read all the same."""


@hookimpl
async def transform_stream(events: AsyncGenerator[Event], request: MessagesRequest) -> AsyncGenerator[Event]:
    """Let nothing through that a client would choke on: an answer out of order or without an end is a failure.

    The calls that a failure proposes go up through all stages, as a tool's arguments may have to be restored there;
    the wrapper holds them until nothing better is to be had.
    """
    grammar, repeats, index = Grammar(), None, -1
    try:
        async for event in events:
            if type(event) is not repeats or event.index != index:  # type: ignore[union-attr]
                grammar.read(event)
                repeats, index = grammar.repeats, grammar.index
            yield event
        grammar.end()
    except GrammarError as error:
        raise UnusableAnswer(
            f"the transport's answer broke off or was out of order ({error}). Ask again.", kind="cut", detail=str(error)
        ) from error
    except UnusableAnswer as error:
        if may_call(request) and grammar.open_block != "tool_use":
            for event in _proposal(error, grammar, request.model):
                yield event
        raise


def _proposal(error: UnusableAnswer, grammar: Grammar, model: str) -> Iterator[Event]:
    """The calls that a failure proposes, as the next blocks of the answer."""
    if error.calls and not grammar.started:
        yield from Writer(model).start()
    first = grammar.index
    if error.calls and grammar.open_block is not None:
        yield ContentBlockStop(first)
        first += 1
    for index, call in enumerate(error.calls, first):
        yield ContentBlockStart(index, {"type": "tool_use", "id": new_id(PROPOSED), "name": call["name"], "input": {}})
        yield InputJsonDelta(index, orjson.dumps(call["input"]).decode())
        yield ContentBlockStop(index)
