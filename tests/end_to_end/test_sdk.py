"""The official `anthropic` SDK is the second client: sync and async, streamed and plain."""

import asyncio
from pathlib import Path

import anthropic
import pytest

from cgb.testing.gemini_server import SimulatedGemini

from .conftest import Bridge, body, call, serving, wait_until

MODEL = "claude-opus-5-5"
ASK = {"model": MODEL, "max_tokens": 2_000, "messages": [{"role": "user", "content": "Hello?"}]}
TOOL = {
    "name": "add",
    "description": "Adds two numbers.",
    "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
}


def said(message: anthropic.types.Message) -> list[tuple[str, object]]:
    return [(block.type, getattr(block, "text", None) or getattr(block, "input", None)) for block in message.content]


def sync_plain(url: str) -> anthropic.types.Message:
    with anthropic.Anthropic(base_url=url, api_key="any") as client:
        return client.messages.create(**ASK)


def sync_stream(url: str) -> anthropic.types.Message:
    with anthropic.Anthropic(base_url=url, api_key="any") as client, client.messages.stream(**ASK) as stream:
        return stream.get_final_message()


def async_plain(url: str) -> anthropic.types.Message:
    async def main() -> anthropic.types.Message:
        async with anthropic.AsyncAnthropic(base_url=url, auth_token="any") as client:
            return await client.messages.create(**ASK)

    return asyncio.run(main())


def async_stream(url: str) -> anthropic.types.Message:
    async def main() -> anthropic.types.Message:
        client = anthropic.AsyncAnthropic(base_url=url, api_key="any")
        async with client, client.messages.stream(**ASK) as stream:
            return await stream.get_final_message()

    return asyncio.run(main())


def test_the_route_that_answers_is_named(bridge: Bridge, gemini: SimulatedGemini) -> None:
    """So that the tests with LiteLLM are seen to go through it."""
    model = {"gemini": "gemini-pro-latest", "litellm": "gemini/gemini-pro-latest"}[bridge.transport]
    with anthropic.Anthropic(base_url=bridge.url, api_key="any") as client:
        raw = client.messages.with_raw_response.create(**ASK)
    assert raw.headers["cgb-route"] == f"{bridge.transport}/{model}"
    wait_until(lambda: f'cgb_routes_total{{outcome="ok",route="{bridge.transport}/{model}"}}' in bridge.metrics)
    assert [made.model for made in gemini.calls] == ["gemini-pro-latest"]


@pytest.mark.parametrize("ask", [sync_plain, sync_stream, async_plain, async_stream])
def test_four_ways_to_ask(bridge: Bridge, gemini: SimulatedGemini, ask: object) -> None:
    gemini.reply({"text": "Hello yourself. ", "chunks": 4, "calls": [call("nothing", a=[1, {"b": "ü"}])]})
    message = ask(bridge.url)  # type: ignore[operator]
    assert said(message) == [("text", "Hello yourself. "), ("tool_use", {"a": [1, {"b": "ü"}]})]
    assert message.stop_reason == "tool_use"
    assert message.model == MODEL
    assert message.usage.input_tokens > 0
    assert message.usage.output_tokens > 0


def plain(message: anthropic.types.Message) -> dict[str, object]:
    """A message without what is new each time; null is absent."""
    whole = {name: value for name, value in message.to_dict().items() if value is not None}
    for block in (whole, *whole["content"]):  # type: ignore[misc]
        for name in ("id", "cgb", "signature"):
            block.pop(name, None)
    return whole


def test_the_sdk_accumulates_our_stream_to_our_plain_answer(bridge: Bridge, gemini: SimulatedGemini) -> None:
    step = {
        "thoughts": "Hmm, both at once.", "text": "Two calls: ä😀", "chunks": 7,
        "calls": [call("add", a=1, b=2), call("add", a=3, b=[{"c": None}])],
    }  # fmt: skip
    gemini.reply(step, step)
    asked = {**ASK, "tools": [TOOL], "thinking": {"type": "adaptive"}}
    with anthropic.Anthropic(base_url=bridge.url, api_key="any") as client:
        with client.messages.stream(**asked) as stream:
            streamed = stream.get_final_message()
        whole = client.messages.create(**asked)
    assert plain(streamed) == plain(whole)
    assert [block.type for block in whole.content] == ["thinking", "text", "tool_use", "tool_use"]


def test_a_tool_loop_returns_gemini_its_own_signature(bridge: Bridge, gemini: SimulatedGemini) -> None:
    messages: list[dict[str, object]] = [{"role": "user", "content": "What is 1 + 2?"}]
    gemini.reply({"calls": [call("add", a=1, b=2), call("add", a=3, b=4)]}, {"text": "3 and 7"})
    with anthropic.Anthropic(base_url=bridge.url, api_key="any") as client:
        first = client.messages.create(**{**ASK, "messages": messages, "tools": [TOOL]})
        uses = [block for block in first.content if block.type == "tool_use"]
        # A client that keeps the standard fields only, and sends the results in another order.
        kept = [{"type": "tool_use", "id": use.id, "name": use.name, "input": use.input} for use in uses]
        results = [
            {"type": "tool_result", "tool_use_id": use.id, "content": str(use.input["a"] + use.input["b"])}
            for use in reversed(uses)
        ]
        messages += [{"role": "assistant", "content": kept}, {"role": "user", "content": results}]
        last = client.messages.create(**{**ASK, "messages": messages, "tools": [TOOL]})
    assert said(last) == [("text", "3 and 7")]
    assert gemini.calls[-1].dummies == 0
    parts = body(gemini.calls[-1])["contents"][-1]["parts"]
    assert [part["functionResponse"]["response"] for part in parts] == [{"output": "3"}, {"output": "7"}]


def test_counting_and_listing(bridge: Bridge) -> None:
    with anthropic.Anthropic(base_url=bridge.url, api_key="any") as client:
        assert client.messages.count_tokens(model=MODEL, messages=ASK["messages"]).input_tokens > 0
        ids = [model.id for model in client.models.list(limit=5)]
        assert {"claude-gemini-pro-latest", "gemini-pro-latest"} <= set(ids)
        assert client.models.retrieve("claude-gemini-3.8-flash").display_name == "Gemini 3.8 Flash"


@pytest.mark.parametrize(
    ("fault", "times", "error", "words"),
    [
        ({"status": 429, "message": "Slow down.", "retryDelay": "0.01s"}, 4, anthropic.RateLimitError, "Slow down."),
        ({"status": 503, "message": "Overloaded.", "retryDelay": "0.01s"}, 4, anthropic.APIStatusError, "overloaded"),
        ({"status": 404, "message": "no such model"}, 1, anthropic.NotFoundError, "no such model"),
        (
            {"status": 400, "message": "The input token count (12) exceeds the maximum number of tokens allowed (10)."},
            1,
            anthropic.BadRequestError,
            "prompt is too long: 12 tokens > 10 maximum",
        ),
    ],
)
def test_geminis_errors_are_anthropics(
    bridge: Bridge, gemini: SimulatedGemini, fault: dict[str, object], times: int, error: type[Exception], words: str
) -> None:
    gemini.reply(*[{"fault": {"kind": "http", **fault}}] * times)
    client = anthropic.Anthropic(base_url=bridge.url, api_key="any", max_retries=0)
    with client, pytest.raises(error, match=words) as raised:
        client.messages.create(**ASK)
    assert raised.value.request_id  # type: ignore[attr-defined]


def test_keys_of_the_operator(gemini: SimulatedGemini, tmp_path: Path) -> None:
    env = {"GOOGLE_GEMINI_BASE_URL": gemini.url, "GEMINI_API_KEY": "a-test-key", "CGB_SERVER_API_KEYS": "one,two"}
    with serving(cwd=tmp_path, env=env) as url:
        for credentials in ({"api_key": "two"}, {"auth_token": "one"}):
            with anthropic.Anthropic(base_url=url, **credentials) as client:  # type: ignore[arg-type]
                assert client.messages.create(**ASK).content
        client = anthropic.Anthropic(base_url=url, api_key="three", max_retries=5)
        with client, pytest.raises(anthropic.AuthenticationError, match="CGB_SERVER_API_KEYS"):
            client.messages.create(**ASK)


def test_a_wrong_gemini_key_is_not_retried(gemini: SimulatedGemini, tmp_path: Path) -> None:
    env = {"GOOGLE_GEMINI_BASE_URL": gemini.url, "GEMINI_API_KEY": "a-wrong-key"}
    with serving(cwd=tmp_path, env=env) as url:
        client = anthropic.Anthropic(base_url=url, api_key="any", max_retries=5)
        with client, pytest.raises(anthropic.AuthenticationError, match="GEMINI_API_KEY"):
            client.messages.create(**ASK)
    assert [made.method for made in gemini.calls if made.method != "models"] == ["streamGenerateContent"]
    assert "a-wrong-key" not in (tmp_path / "bridge.log").read_text()
