import asyncio
from contextlib import asynccontextmanager

import anthropic
import pytest
from aiohttp import web
from pydantic import ValidationError

from cgb import ApiError
from cgb.messages import (
    Accumulator,
    CitationsDelta,
    ContentBlockStart,
    ContentBlockStop,
    Grammar,
    InputJsonDelta,
    Message,
    MessageDelta,
    MessageStart,
    MessageStop,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
    UnknownDelta,
    UnknownEvent,
    Usage,
    accumulate,
    block_of,
    events_of,
    merged_usage,
)
from cgb.sse import decode
from cgb.testing import assert_stream

from ...fixtures import replies

GOLDEN = [name for name in replies() if name.endswith(".sse") and "error" not in name]
START = MessageStart(Message(id="m", model="m", usage=Usage(input_tokens=4, output_tokens=1)))


async def chunks(raw):
    yield raw


def collected(*events):
    answer = Accumulator()
    for event in (START, *events, MessageDelta("end_turn"), MessageStop()):
        answer.add(event)
    return answer.message


def block(start, *deltas):
    (only,) = collected(ContentBlockStart(0, start), *deltas, ContentBlockStop(0)).content
    return only.to_wire()


def test_pieces_become_a_block():
    assert block({"type": "text", "text": ""}, TextDelta(0, "a"), TextDelta(0, "b"))["text"] == "ab"
    assert block({"type": "text", "text": "c"}, TextDelta(0, "a"))["text"] == "ca"
    thought = block(
        {"type": "thinking", "thinking": "", "signature": ""}, ThinkingDelta(0, "a"), SignatureDelta(0, "s")
    )
    assert (thought["thinking"], thought["signature"]) == ("a", "s")
    tool = {"type": "tool_use", "id": "t", "name": "n", "input": {}, "more": 1}
    assert block(tool, InputJsonDelta(0, '{"a"'), InputJsonDelta(0, ":1}")) == {**tool, "input": {"a": 1}}
    assert block(tool) == tool
    assert block(tool, InputJsonDelta(0, "")) == tool


def test_a_second_signature_replaces_the_first():
    assert (
        block({"type": "thinking", "thinking": ""}, SignatureDelta(0, "a"), SignatureDelta(0, "b"))["signature"] == "b"
    )


def test_sources_are_collected():
    start = {"type": "text", "text": "", "citations": None}
    assert block(start, CitationsDelta(0, {"url": "a"}), CitationsDelta(0, {"url": "b"}))["citations"] == [
        {"url": "a"},
        {"url": "b"},
    ]


def test_a_block_nobody_knows_stays_as_it_started():
    start = {"type": "novelty", "data": [1]}
    assert block(start, UnknownDelta(0, {"type": "x"}), UnknownEvent({"type": "y"})) == start


def test_spoilt_arguments_are_an_error():
    with pytest.raises(ValueError, match=r"."):
        block({"type": "tool_use", "id": "t", "name": "n", "input": {}}, InputJsonDelta(0, '{"a":'))
    with pytest.raises(ValidationError):
        block({"type": "tool_use", "input": {}})


def test_a_block_that_does_not_end_is_no_block():
    assert collected(ContentBlockStart(0, {"type": "text", "text": ""}), TextDelta(0, "a")).content == ()


def test_members_of_the_last_event_are_members_of_the_message():
    management = {"applied_edits": []}
    answer = Accumulator()
    for event in (START, MessageDelta("end_turn", fields={"context_management": management}), MessageStop()):
        answer.add(event)
    assert answer.message.get("context_management") == management


def test_an_answer_begins():
    with pytest.raises(ValueError, match="an answer without message_start"):
        _ = Accumulator().message


def test_figures_at_the_end_replace_those_at_the_start_unless_they_are_zero():
    merged = merged_usage(Usage(input_tokens=4, output_tokens=1, tier="a"), Usage(output_tokens=9, more=None))
    assert merged.to_wire() == {"input_tokens": 4, "output_tokens": 9, "tier": "a"}


async def test_events_become_a_message():
    async def events():
        for event in (
            START,
            MessageDelta("end_turn", "x", Usage(output_tokens=2), {"stop_details": {"a": 1}}),
            MessageStop(),
        ):
            yield event

    message = await accumulate(events())
    assert (message.stop_reason, message.stop_sequence, message.get("stop_details")) == ("end_turn", "x", {"a": 1})
    assert message.usage == Usage(input_tokens=4, output_tokens=2)


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "text", "text": ""},
        {"type": "text", "text": "a", "citations": [{"url": "u"}]},
        {"type": "text", "text": "a", "citations": []},
        {"type": "text", "text": "a", "citations": None},
        {"type": "thinking", "thinking": "a", "signature": "s", "more": 1},
        {"type": "thinking", "thinking": "a", "signature": ""},
        {"type": "redacted_thinking", "data": "d"},
        {"type": "tool_use", "id": "t", "name": "n", "input": {"a": ["ä"]}},
        {"type": "tool_use", "id": "t", "name": "n", "input": {}},
        {"type": "server_tool_use", "id": "t", "name": "n", "input": {"q": "x"}},
        {"type": "web_search_tool_result", "tool_use_id": "t", "content": []},
    ],
)
def test_a_message_becomes_events_and_a_message_again(raw):
    message = Message(id="m", model="m", content=(block_of(raw),), stop_reason="x", usage=Usage(input_tokens=2), new=1)
    assert assert_stream(events_of(message)).to_wire() == message.to_wire()


@asynccontextmanager
async def serving(raw):
    """Anthropic's API as far as the SDK needs it: it answers everything with these bytes."""

    async def answer(request):
        return web.Response(body=raw, content_type="text/event-stream")

    app = web.Application()
    app.router.add_post("/v1/messages", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def sdk(raw):
    """What the SDK makes of a stream."""
    async with serving(raw) as url, anthropic.AsyncAnthropic(base_url=url, api_key="any", max_retries=0) as client:
        asked = {"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": "x"}]}
        async with client.messages.stream(**asked) as stream:
            message = await stream.get_final_message()
    made = message.model_dump(mode="json", exclude_unset=True, warnings=False)
    if made["stop_details"] is None:  # which the SDK sets on every message, whether it was said or not
        del made["stop_details"]
    return made


@pytest.mark.parametrize("name", GOLDEN)
async def test_golden_replies_are_answers_and_come_to_what_the_sdk_makes_of_them(name):
    raw = replies()[name]
    message = assert_stream([event async for event in decode(chunks(raw))])
    wire, expected = message.to_wire(), await sdk(raw)
    # The SDK drops the verdicts of auto mode, which Claude Code reads.
    assert set(wire) - set(expected) == ({"safeguard_results"} if name.startswith("auto-mode") else set())
    assert {member: wire[member] for member in expected} == expected


async def test_the_golden_error_is_an_answer_until_it_fails():
    grammar = Grammar()

    async def read():
        async for event in decode(chunks(replies()["error-mid-stream.sse"])):
            grammar.read(event)

    with pytest.raises(ApiError, match="Overloaded") as caught:
        await read()
    assert grammar.started
    assert not grammar.complete
    assert caught.value.type == "overloaded_error"


def test_the_golden_plain_answer_goes_in_and_out_unchanged():
    import json

    raw = json.loads(replies()["nonstreaming-text.json"])
    message = Message.model_validate(raw)
    assert message.to_wire() == raw
    assert asyncio.run(accumulate(_async(events_of(message)))) == message


async def _async(events):
    for event in events:
        yield event
