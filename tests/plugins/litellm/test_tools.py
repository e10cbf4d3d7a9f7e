"""Tools."""

import pytest

from .kit import GPT, NEW, assistant, call, convert, request_of, result, tool, user

SEARCH = {"type": "web_search_20250305", "name": "web_search"}


def tools(*messages, model=GPT, **fields):
    body, notes = convert(request_of(*(messages or ("Hi",)), **fields), model)
    return {name: body[name] for name in ("tools", "tool_choice", "parallel_tool_calls") if name in body}, notes


def test_functions():
    found, _ = tools(tools=[tool("a.b", cache_control={"type": "ephemeral"})])

    (function,) = [one["function"] for one in found["tools"]]
    assert function.keys() == {"name", "description", "parameters"}
    assert "." not in function["name"]


def test_a_tool_that_takes_nothing():
    """Gemini: `properties: should be non-empty for OBJECT type`."""
    assert "parameters" not in tools(tools=[tool()], model=NEW)[0]["tools"][0]["function"]
    history = ("Hi", assistant(call("a")), user(result("a")))
    assert "parameters" not in tools(*history, model=NEW)[0]["tools"][0]["function"]
    assert tools(tools=[tool()])[0]["tools"][0]["function"]["parameters"] == {"type": "object"}


@pytest.mark.parametrize("model", [GPT, NEW])
def test_a_schema_is_a_copy_whatever_numbers_are_in_it(model):
    schema = {"type": "object", "properties": {"a": {"type": "integer", "maximum": 2**70, "enum": (1, 2**70)}}}

    (function,) = tools(tools=[tool(input_schema=schema)], model=model)[0]["tools"]

    found = function["function"]["parameters"]
    assert found["properties"]["a"] == {"type": "integer", "maximum": 2**70, "enum": [1, 2**70]}
    assert found["properties"] is not schema["properties"]


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        ({"type": "auto"}, None),
        ({"type": "any"}, "required"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "Bash"}, {"type": "function", "function": {"name": "Bash"}}),
        ({"type": "tool", "name": "Nobody"}, None),
    ],
)
def test_choices(choice, found):
    assert tools(tools=[tool()], tool_choice=choice)[0].get("tool_choice") == found


def test_one_call_at_a_time():
    choice = {"type": "auto", "disable_parallel_tool_use": True}

    assert tools(tools=[tool()], tool_choice=choice)[0]["parallel_tool_calls"] is False


def test_tools_of_the_history_are_declared_and_not_called():
    found, _ = tools("Hi", assistant(call("a")), user(result("a")))

    assert [one["function"]["name"] for one in found["tools"]] == ["Bash"]
    assert found["tool_choice"] == "none"


def test_a_search_is_run_or_said_to_be_dropped():
    """LiteLLM drops it in silence beside functions."""
    assert tools(tools=[SEARCH], model=NEW) == ({"tools": [{"googleSearch": {}}]}, ["search"])
    assert tools(tools=[SEARCH, tool()], model=NEW)[1] == ["dropped"]
    assert tools(tools=[SEARCH]) == ({}, ["dropped"])


def test_a_choice_is_dropped_for_no_model_that_speaks_like_openai():
    """LiteLLM drops it for each `gpt-5…` that its table does not know."""
    chosen = {"tools": [tool()], "tool_choice": {"type": "any"}}

    assert convert(request_of(**chosen), GPT)[0]["allowed_openai_params"] == ["tool_choice"]
    assert "allowed_openai_params" not in convert(request_of(**chosen), "ollama/x")[0]
    assert "allowed_openai_params" not in convert(request_of(tools=[tool()]), GPT)[0]
