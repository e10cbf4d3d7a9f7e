import json
from contextlib import aclosing

import pytest

from cgb import (
    ContentBlockStart,
    ContentBlockStop,
    Context,
    InputJsonDelta,
    MessagesRequest,
    Target,
    TextDelta,
)
from cgb_plugins.tool_schema import transform_stream

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}, "level": {"enum": [1, 2]}}}
REQUEST = MessagesRequest.model_validate(
    {
        "model": "m",
        "messages": [{"role": "user", "content": "x"}],
        "tools": [
            {"name": "t", "input_schema": SCHEMA},
            {"name": "bad", "input_schema": {"type": "array"}},
            {"type": "web_search_20250305", "name": "web_search"},
        ],
    }
)


def call(*pieces, name="t", index=0, kind="tool_use"):
    start = ContentBlockStart(index, {"type": kind, "id": "a", "name": name, "input": {}})
    return [start, *(InputJsonDelta(index, piece) for piece in pieces), ContentBlockStop(index)]


async def restored(events, target=None):
    async def given():
        for event in events:
            yield event

    ctx = Context(REQUEST)
    target = target or Target(schema="gemini-json-schema")
    async with aclosing(transform_stream(given(), REQUEST, target, ctx)) as stream:
        return [event async for event in stream], ctx.notes


async def test_types_are_put_right_in_one_piece():
    out, (note,) = await restored(call('{"n": "50', '00"}'))
    assert [json.loads(event.partial_json) for event in out[1:-1]] == [{"n": 5000}]
    assert (note.kind, note.data) == ("restored", {"tool": "t"})


@pytest.mark.parametrize("pieces", [(), ("",), ('{"n": 5', "000 }"), ('{"n": "five"}',), ('{"n": "5', ""), ("[",)])
async def test_what_is_right_or_beyond_help_comes_as_it_came(pieces):
    events = call(*pieces)
    out, notes = await restored(events)
    assert all(one is other for one, other in zip(out, events, strict=True))
    assert notes == []


async def test_the_form_of_the_openapi_subset_is_taken_off():
    out, _ = await restored(call('{"level": "2"}'), Target(schema="openapi"))
    assert json.loads(out[1].partial_json) == {"level": 2}


async def test_a_target_of_whole_json_schema_gets_its_types_put_right_too():
    out, _ = await restored(call('{"n": "1"}'), Target())
    assert json.loads(out[1].partial_json) == {"n": 1}


@pytest.mark.parametrize(
    ("events", "target"),
    [
        (call('{"n": "1"}'), Target(native=True)),
        (call('{"n": "1"}', name="unknown"), None),
        (call('{"n": "1"}', name="bad"), None),
        (call('{"n": "1"}', name="web_search", kind="server_tool_use"), None),
        ([ContentBlockStart(0, {"type": "text", "text": ""}), TextDelta(0, "a"), ContentBlockStop(0)], None),
    ],
)
async def test_what_is_not_ours_passes(events, target):
    out, _ = await restored(events, target)
    assert all(one is other for one, other in zip(out, events, strict=True))


async def test_several_calls_and_words_between_them():
    words = [ContentBlockStart(1, {"type": "text", "text": ""}), TextDelta(1, "a"), ContentBlockStop(1)]
    out, notes = await restored([*call('{"n": "1"}'), *words, *call('{"n": 2}', index=2), *call('{"n":"3"}', index=3)])
    said = [json.loads(event.partial_json) for event in out if isinstance(event, InputJsonDelta)]
    assert said == [{"n": 1}, {"n": 2}, {"n": 3}]
    assert len(notes) == 2
