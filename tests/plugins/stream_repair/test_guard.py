"""Only answers in the grammar pass."""

import pytest

from cgb import ContentBlockStart, ContentBlockStop, MessageStop, TextDelta, ThinkingDelta, UnknownEvent
from cgb_plugins.stream_repair.guard import PROPOSED, transform_stream

from .kit import TEXT, TOOL, broken, call, end, failed, repaired, request_of, start, text, thinking

OUT_OF_ORDER = {
    "nothing": [],
    "no message_start": [*text(0), *end()],
    "two message_starts": [start(), start(), *end()],
    "no message_stop": [start(), ContentBlockStart(0, TEXT), ContentBlockStop(0)],
    "no message_delta": [start(), MessageStop()],
    "a stop without its delta's stop": [start(), end()[0]],
    "a block inside a block": [start(), ContentBlockStart(0, TEXT), ContentBlockStart(1, TEXT), *end()],
    "a block left open": [start(), ContentBlockStart(0, TEXT), *end()],
    "a block after message_delta": [start(), end()[0], *text(0), MessageStop()],
    "a gap in the numbers": [start(), *text(1), *end()],
    "a number used twice": [start(), *thinking(0), *text(0), *end()],
    "a delta without a block": [start(), TextDelta(0, "x"), *end()],
    "a delta of another block": [start(), ContentBlockStart(0, TEXT), TextDelta(1, "x"), ContentBlockStop(0), *end()],
    "a delta of the wrong kind": [
        start(),
        ContentBlockStart(0, TEXT),
        ThinkingDelta(0, "x"),
        ContentBlockStop(0),
        *end(),
    ],
    "a stop of a block that is not open": [start(), ContentBlockStop(0), *end()],
    "a call without an id": [start(), ContentBlockStart(0, {**TOOL, "id": ""}), ContentBlockStop(0), *end()],
}


@pytest.mark.parametrize("case", OUT_OF_ORDER)
def test_what_is_out_of_order_is_an_unusable_answer(case):
    came = failed(OUT_OF_ORDER[case], streaming_retries=0)

    assert (came.error.kind, came.error.status, came.error.type) == ("cut", 502, "api_error")
    assert came.error.detail
    assert came.attempts == 1


def test_what_comes_after_the_end_is_no_part_of_the_answer():
    came = repaired([start(), *text(0), *end(), *text(1)])

    assert came.words == ["Hello."]
    assert came.notes == ["kept"]


def test_events_of_kinds_it_does_not_know_come_through():
    novelty = UnknownEvent({"type": "brand_new"})

    came = repaired([start(), novelty, *text(0), *end()])

    assert novelty in came.asked.events
    assert came.attempts == 1


async def passed(events, error, request=None):
    """The events that pass before the error."""

    async def given():
        for event in events:
            yield event
        raise error

    found = []

    async def read():
        async for event in transform_stream(given(), request or request_of()):
            found.append(event)  # noqa: PERF401 - what came before the error counts

    with pytest.raises(type(error)):
        await read()
    return found[len(events) :]


CALLS = ({"name": "Bash", "input": {"command": "ls"}},)


async def test_what_a_failure_proposes_follows_as_calls():
    closed, begun, arguments, done = await passed([start(), *thinking(0, whole=False)], broken(calls=CALLS))

    assert closed == ContentBlockStop(0)
    assert begun.index == arguments.index == done.index == 1
    assert begun.content_block["name"] == "Bash"
    assert begun.content_block["id"].startswith(PROPOSED)
    assert arguments.partial_json == '{"command":"ls"}'


async def test_before_the_first_event_they_begin_the_answer():
    first, *blocks = await passed([], broken(calls=CALLS * 2))

    assert first.message.model == "claude-sonnet-5"
    assert [event.index for event in blocks] == [0, 0, 0, 1, 1, 1]


async def test_nothing_is_proposed_inside_a_call_to_no_tools_or_without_calls():
    assert await passed([start(), *call(0, whole=False)], broken(calls=CALLS)) == []
    assert await passed([start()], broken(calls=CALLS), request_of(tools=[])) == []
    assert await passed([start()], broken(calls=CALLS), request_of(tool_choice={"type": "none"})) == []
    assert await passed([start(), *thinking(0, whole=False)], broken()) == []
