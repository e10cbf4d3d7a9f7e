"""What chat completions refuse."""

import pytest

from cgb.testing.openai_server.rules import broken

TOOL = {"type": "function", "function": {"name": "Bash", "parameters": {}}}
HI = {"role": "user", "content": "Hi"}


def called(tool_id="a", name="Bash", arguments="{}"):
    function = {"name": name, "arguments": arguments}
    return {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": tool_id, "type": "function", "function": function}],
    }


def told(tool_id="a", content="done"):
    return {"role": "tool", "tool_call_id": tool_id, "content": content}


def body(*messages, **fields):
    return {"model": "m", "messages": list(messages), **fields}


def test_what_is_right():
    image = {"type": "image_url", "image_url": {"url": "data:"}}
    parts = {"role": "user", "content": [{"type": "text", "text": "x"}, image]}

    assert broken(body(HI, called(), told(), parts, tools=[TOOL], tool_choice="none", max_tokens=1)) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (body(), "empty array"),
        ({"messages": [HI]}, "model parameter"),
        (body(HI, top_k=3), "argument supplied: top_k"),
        (body(HI, max_tokens=0), "below minimum"),
        (body(HI, stream_options={}), "only allowed when 'stream'"),
        (body({"role": "model", "content": "x"}), "Invalid value: 'model'"),
        (body({**HI, "cache_control": {}}), "messages[0].cache_control"),
        (body(HI, told()), "must be a response to a preceding message"),
        (body(HI, called()), "did not have response messages: a"),
        (body(HI, called(), HI), "must be followed by tool messages"),
        (body(HI, called(), told(content=[])), "expected a string, got messages[2]"),
        (body({"role": "assistant", "content": None}), "got null"),
        (body({"role": "user", "content": [{"type": "image"}]}), "Invalid value: 'image'"),
        (body(HI, called("x" * 41), told("x" * 41)), "string too long"),
        (body(HI, called(name="a.b"), told()), "does not match pattern"),
        (body(HI, called(arguments=""), told()), "not JSON"),
        (body(HI, tools=[{"type": "function", "function": {"name": "a b"}}]), "does not match pattern"),
        (body(HI, tools=[]), "Invalid 'tools': empty"),
        (body(HI, tool_choice="auto"), "only allowed when 'tools'"),
        (body(HI, tools=[TOOL], tool_choice={"function": {"name": "x"}}), "Tool choice not found"),
    ],
)
def test_what_is_wrong(wrong, words):
    (said, *_) = broken(wrong)

    assert words in said
