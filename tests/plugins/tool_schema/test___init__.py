import time

import pytest

from cgb import Context, MessagesRequest, Target
from cgb_plugins import tool_schema
from cgb_plugins.tool_schema import fit_request

from ...fixtures import posted

JSON = Target(schema="gemini-json-schema")
DOLLAR = {"type": "object", "$schema": "x", "properties": {"a": {"not": {"type": "null"}}}}
GOOD = {"type": "object", "properties": {"a": {"type": "string"}}}


def ask(*schemas, **more):
    tools = [{"name": f"t{index}", "input_schema": schema} for index, schema in enumerate(schemas)]
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [*tools, *more.get("tools", ())]}
    return MessagesRequest.model_validate(body)


def test_compiles_what_the_target_would_refuse_and_nothing_else():
    search = {"type": "web_search_20250305", "name": "web_search", "input_schema": "none of ours"}
    request = ask(GOOD, DOLLAR, tools=[search])
    fitted = fit_request(request, JSON, Context(request))
    assert fitted.tools[0] is request.tools[0]
    assert fitted.tools[1].input_schema["properties"]["a"] == {"description": '[not: {"type":"null"}]'}
    assert fitted.tools[2] is request.tools[2]
    assert request.tools[1].input_schema == DOLLAR


def test_keeps_the_request_when_no_tool_changes():
    request = ask(GOOD)
    assert fit_request(request, JSON, Context(request)) is request


@pytest.mark.parametrize("target", [Target(), Target(native=True, schema="gemini-json-schema")])
def test_leaves_targets_alone_that_take_whole_json_schema(target):
    request = ask(DOLLAR)
    assert fit_request(request, target, Context(request)) is request


def test_notes_each_weakened_tool_once_a_request():
    request = ask(GOOD, DOLLAR)
    ctx = Context(request)
    for _attempt in range(2):
        fit_request(request, JSON, ctx)
    (note,) = ctx.notes
    assert (note.kind, note.text) == ("schema", "t1: weakened not")
    assert note.data == {"tool": "t1", "path": "/properties/a"}


def test_costs_next_to_nothing_once_a_tool_is_known():
    request = MessagesRequest.model_validate_json(posted()["25-mcp-many-schemas"].body)
    ctx = Context(request)
    fit_request(request, JSON, ctx)
    started = time.perf_counter()
    for _ in range(20):
        fit_request(request, JSON, ctx)
    assert (time.perf_counter() - started) / 20 < 0.01


def test_says_in_all_what_is_importable():
    assert all(hasattr(tool_schema, name) for name in tool_schema.__all__)
