"""Failures of Gemini and its bridges, each named by where it was reported; others stand beside what they concern."""

import orjson
import pytest

from cgb import UnusableAnswer

from .kit import MODELS, answer, assistant, call, frame, function, made, request_of, result, system, text, user
from .test_frames import data, frames


@pytest.mark.parametrize("model", MODELS)
def test_no_text_parameter_is_empty(model):
    """Unable to submit request because it has an empty text parameter: gemini-openai-proxy#83."""
    made_of = made(
        "", user("", "Hi"), assistant("", call("a")), user(result("a", "")), system(""), model=model, system=""
    )
    assert "systemInstruction" not in made_of.body
    assert all(part["text"] for part in made_of.parts if "text" in part)


@pytest.mark.parametrize("model", MODELS)
def test_a_system_prompt_without_a_user_still_asks_something(model):
    """Unable to submit request because it must have a text parameter: openai-gemini#31."""
    made_of = made(system("Only this."), model=model, system="Be brief.")
    assert [content["role"] for content in made_of.contents] == ["user"]
    assert "Only this." in made_of.parts[0]["text"]


def test_an_undeclared_call_that_comes_with_its_reason_is_a_failure_not_an_end():
    """Unexpected tool call: Model tried to call an undeclared function: epam/ai-dial#325."""
    told = {"finishMessage": "Unexpected tool call: Model tried to call an undeclared function: X"}
    spoilt = frame(finish="UNEXPECTED_TOOL_CALL", candidate=told)
    with pytest.raises(UnusableAnswer, match="undeclared function: X") as raised:
        answer(spoilt)
    assert raised.value.kind == "unexpected_tool_call"


def test_stop_with_a_call_is_tool_use():
    """Gemini's finishReason is STOP for tool calls too: ailoy#334, BerriAI/litellm#10485."""
    assert answer(frame(function(), finish="STOP")).stop_reason == "tool_use"


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_json_in_pieces_and_several_in_one(size):
    """Split and concatenated SSE JSON: BerriAI/litellm#16562."""
    raw = b"".join(data(orjson.dumps(frame(text(word)))) for word in ("one", "two"))
    found = frames(*(raw[place : place + size] for place in range(0, len(raw), size)))
    assert [one["candidates"][0]["content"]["parts"][0]["text"] for one in found] == ["one", "two"]


def test_input_tokens_leave_out_what_was_cached():
    """Else compaction comes at the wrong time: copilot-api#210."""
    usage = {"promptTokenCount": 100, "cachedContentTokenCount": 90, "candidatesTokenCount": 1}
    found = answer(frame(text("Hi"), usage=usage, finish="STOP")).usage
    assert (found.input_tokens, found.cache_read_input_tokens, found.prompt_tokens) == (10, 90, 100)


def test_the_billing_line_never_reaches_the_prefix():
    """It changes with each request and would spoil every prompt cache: cc-haha#503."""
    billing = [f"x-anthropic-billing-header: cc_version=2.1.330.{cch}; cc_entrypoint=cli;" for cch in ("aaa", "bbb")]
    bodies = [
        made("Hi", system=[{"type": "text", "text": line}, {"type": "text", "text": "Be brief."}]).body
        for line in billing
    ]
    assert orjson.dumps(bodies[0]) == orjson.dumps(bodies[1])
    assert bodies[0]["systemInstruction"] == {"parts": [{"text": "Be brief."}]}


@pytest.mark.parametrize("model", MODELS)
def test_a_name_over_64_characters_comes_back(model):
    """Middle truncation is no way back: mcp-router#177, google-gemini/gemini-cli#20987."""
    name = "mcp__a_server_with_a_long_name__a_tool_with_an_even_longer_name_than_that"
    offered = {"name": name, "input_schema": {"type": "object"}}
    sent = made("Hi", model=model, tools=[offered]).body["tools"][0]["functionDeclarations"][0]["name"]
    assert len(sent) <= 64
    asked = request_of("Hi", tools=[offered])
    found = answer(frame(function(name=sent), finish="STOP"), request=asked, model=model)
    assert found.content[0].name == name
