"""Tools whose schemas Gemini cannot take as they are, through the default plugins to a strict simulated Gemini."""

import pytest

from cgb.config import Config
from cgb.plugins import load, select
from cgb.testing import SimulatedGemini, aask

FILTER = {"type": "object", "properties": {"not": {"$ref": "#/$defs/Filter"}, "is": {}}}
SEARCH = {
    "type": "object",
    "properties": {
        "level": {"enum": [1, 2]},
        "limit": {"type": "integer"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "filter": {"$ref": "#/$defs/Filter"},
    },
    "$defs": {"Filter": FILTER},
}
MEANT = {"level": 2, "limit": 5000, "headers": {"a": "b"}, "filter": {"not": {"is": [1]}}}
SAID = {
    "gemini-json-schema": {**MEANT, "limit": "5000"},
    "openapi": {"level": "2", "limit": "5000", "headers": '{"a":"b"}', "filter": {"not": '{"is":[1]}'}},
}


async def asked(service, dialect, *messages, schema=SEARCH):
    gemini = {"schema_dialect": dialect, "refresh_models": False}
    environ = {"GEMINI_API_KEY": "not-a-real-key", "GOOGLE_GEMINI_BASE_URL": service.url}
    tools = [{"name": "search", "input_schema": schema}, {"name": "read", "input_schema": {"type": "object"}}]
    request = {"model": "claude-sonnet-5", "max_tokens": 100, "tools": tools, "messages": messages}
    return await aask(request, load(select("default")), Config({"plugin": {"gemini": gemini}}, environ))


def user(content):
    return {"role": "user", "content": content}


@pytest.mark.parametrize("dialect", SAID)
async def test_a_call_comes_back_as_the_clients_schema_has_it_and_goes_out_as_the_model_made_it(dialect):
    async with SimulatedGemini() as service:
        service.reply({"calls": [{"name": "search", "args": SAID[dialect]}]}, {"text": "Done."})
        first = await asked(service, dialect, user("Search."))
        [block] = [block for block in first.message.content if block.type == "tool_use"]
        assert block.input == MEANT
        result = {"type": "tool_result", "tool_use_id": block.id, "content": "Found."}
        said = {"role": "assistant", "content": [block.to_wire()]}
        await asked(service, dialect, user("Search."), said, user([result]))

    assert not service.violations
    parts = [part for content in service.calls[1].body["contents"] for part in content["parts"]]
    [sent] = [part["functionCall"]["args"] for part in parts if "functionCall" in part]
    assert sent == {**SAID[dialect], "limit": 5000}


async def test_a_gateway_of_the_openapi_subset_is_told_no_more_than_it_knows():
    async with SimulatedGemini() as service:
        await asked(service, "openapi", user("Search."))
    search, read = service.calls[0].body["tools"][0]["functionDeclarations"]
    assert search["parameters"]["properties"]["level"] == {"type": "string", "enum": ["1", "2"]}
    assert read.keys() == {"name"}
    assert not service.violations


@pytest.mark.parametrize("dialect", SAID)
async def test_a_tool_that_cannot_be_translated_costs_nothing_but_itself(dialect):
    async with SimulatedGemini() as service:
        answered = await asked(service, dialect, user("Search."), schema={"type": "array", "items": {}})

    assert answered.message.stop_reason == "end_turn"
    assert [note.data["tool"] for note in answered.notes if note.kind == "quarantine"] == ["search"]
    body = service.calls[0].body
    assert [one["name"] for one in body["tools"][0]["functionDeclarations"]] == ["read"]
    assert "The tool search is not available" in body["systemInstruction"]["parts"][-1]["text"]
