import logging

import pytest

from cgb import Context, InvalidRequest, MessagesRequest, Target
from cgb_plugins.tool_schema import fit, fit_request

JSON = Target(schema="gemini-json-schema")
OPENAPI = Target(schema="openapi")
DOLLAR = {"type": "object", "$schema": "x", "properties": {"a": {"not": {"type": "null"}}}}
GOOD = {"type": "object", "properties": {"a": {"type": "string"}}}
BAD = {"type": "array", "items": {}}


def ask(*schemas, tools=(), **more):
    given = [{"name": f"t{index}", "input_schema": schema} for index, schema in enumerate(schemas)]
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}], "tools": [*given, *tools], **more}
    return MessagesRequest.model_validate(body)


def fitted(request, target=JSON):
    ctx = Context(request)
    return fit_request(request, target, ctx), ctx.notes


def test_compiles_what_the_target_would_refuse_and_nothing_else():
    search = {"type": "web_search_20250305", "name": "web_search", "input_schema": "none of ours"}
    request = ask(GOOD, DOLLAR, tools=[search])
    out, _ = fitted(request)
    assert out.tools[0] is request.tools[0]
    assert out.tools[1].input_schema["properties"]["a"] == {"description": "[not: null]"}
    assert out.tools[2] is request.tools[2]
    assert request.tools[1].input_schema == DOLLAR


def test_keeps_the_request_when_no_tool_changes():
    request = ask(GOOD)
    assert fitted(request)[0] is request


@pytest.mark.parametrize("target", [Target(), Target(native=True, schema="gemini-json-schema")])
def test_leaves_targets_alone_that_take_whole_json_schema(target):
    request = ask(DOLLAR, BAD)
    assert fitted(request, target) == (request, [])


def test_notes_each_changed_tool_once_a_request():
    request = ask(GOOD, DOLLAR)
    ctx = Context(request)
    for _attempt in range(2):
        fit_request(request, JSON, ctx)
    (note,) = ctx.notes
    assert (note.kind, note.text) == ("schema", "t1: moved not")
    change = {"path": "/properties/a", "keyword": "not", "how": "moved"}
    assert note.data == {"tool": "t1", "changes": [change]}


def test_a_tool_that_cannot_be_compiled_is_left_out_alone(caplog):
    with caplog.at_level(logging.WARNING, "cgb.tool-schema"):
        out, notes = fitted(ask(GOOD, BAD, system="Be brief."))
    assert [tool.name for tool in out.tools] == ["t0"]
    assert [block.text for block in out.system_blocks] == [
        "Be brief.",
        "The tool t1 is not available: its schema could not be translated.",
    ]
    assert "the tool t1 was left out of a request: its input_schema takes no object, only array" in caplog.text
    (note,) = notes
    assert (note.kind, note.data) == ("quarantine", {"tool": "t1", "path": "", "reason": "takes no object, only array"})


def test_a_fault_of_the_compiler_costs_one_tool_only(monkeypatch, caplog):
    def broken(schema, *_):
        raise KeyError("a bug") if schema == DOLLAR else fit.Uncompilable("is odd", "/properties/a")

    monkeypatch.setattr(fit, "compile_schema", broken)
    out, notes = fitted(ask(GOOD, DOLLAR))
    assert out.tools == ()
    assert [note.data["reason"] for note in notes] == ["is odd", "could not be read (KeyError)"]
    assert "its input_schema/properties/a is odd" in caplog.text


def test_too_large_a_schema_is_left_out():
    _, (note,) = fitted(ask({"type": "object", "description": "x" * 1_000_001}))
    assert "bytes long" in note.data["reason"]


def test_a_tool_that_the_client_insists_on_is_not_left_out_in_silence():
    with pytest.raises(InvalidRequest, match=r"tool_choice asks for the tool 't1', whose input_schema takes no object"):
        fitted(ask(GOOD, BAD, tool_choice={"type": "tool", "name": "t1"}))


def test_nobody_must_call_a_tool_when_none_is_left():
    assert fitted(ask(BAD, tool_choice={"type": "any"}))[0].tool_choice is None
    assert fitted(ask(BAD, GOOD, tool_choice={"type": "any"}))[0].tool_choice.type == "any"


def test_calls_in_the_history_go_in_the_form_in_which_the_model_made_them():
    levels = {"type": "object", "properties": {"level": {"enum": [1, 2]}}}
    used = [
        {"type": "tool_use", "id": "a", "name": "t0", "input": {"level": 2}},
        {"type": "tool_use", "id": "b", "name": "t1", "input": {"a": "x"}},
        {"type": "tool_use", "id": "c", "name": "t0", "input": "spoilt"},
        {"type": "text", "text": "."},
    ]
    messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": used}]
    request = ask(levels, GOOD, messages=messages)
    out, _ = fitted(request, OPENAPI)
    assert out.messages[0] is request.messages[0]
    assert [block.to_wire().get("input") for block in out.messages[1].blocks] == [
        {"level": "2"},
        {"a": "x"},
        "spoilt",
        None,
    ]
    assert fitted(request)[0] is request


def test_the_form_of_an_answer_is_compiled_as_json_schema():
    schema = {"type": "array", "items": {"$ref": "#/definitions/W"}, "definitions": {"W": {"not": {"type": "null"}}}}
    form = {"type": "json_schema", "schema": schema, "name": "kept"}
    for target in (JSON, OPENAPI):
        out, (note,) = fitted(ask(output_config={"format": form}), target)
        assert out.output_config.format == {
            **form,
            "schema": {
                "type": "array",
                "items": {"$ref": "#/$defs/W"},
                "$defs": {"W": {"description": "[not: null]"}},
            },
        }
        assert note.data["tool"] == "output_config.format"
    good = ask(output_config={"format": {"type": "json_schema", "schema": GOOD}})
    assert fitted(good)[0] is good
    odd = ask(output_config={"format": {"type": "json_schema", "schema": "odd"}})
    assert fitted(odd)[0] is odd
