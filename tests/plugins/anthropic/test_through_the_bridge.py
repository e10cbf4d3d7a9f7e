"""The official SDK, a real bridge, the simulated Anthropic, and for mixed conversations the simulated Gemini."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anthropic as sdk
import pytest
from tests.core.server.conftest import _serving

from cgb.config import Config
from cgb.messages import carried
from cgb.testing import SimulatedGemini, plugin_of
from cgb.testing.anthropic_server import SimulatedAnthropic, Step, signed
from cgb_plugins import anthropic, gemini, model_map, stream_repair, tidy_request, tool_schema

from .kit import KEY

CLAUDE, GEMINI = "anthropic/claude-opus-5-5", "gemini-3-flash-preview"
THINKING = {"type": "adaptive"}
TOOL = {
    "name": "add",
    "description": "Adds two numbers.",
    "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
}
BUNDLED = (tidy_request, model_map, tool_schema, gemini, anthropic, stream_repair)


@dataclass
class World:
    """The SDK, and what stands behind the bridge."""

    client: sdk.AsyncAnthropic
    claude: SimulatedAnthropic
    gemini: SimulatedGemini
    messages: list[dict[str, Any]] = field(default_factory=list)

    async def ask(self, model: str, *content: Any, **fields: Any) -> Any:
        """Go on with the conversation; the answer is sent back from then on as the SDK holds it."""
        self.messages.append({"role": "user", "content": list(content)})
        given = {"max_tokens": 4000, "messages": self.messages, "tools": [TOOL], "thinking": THINKING, **fields}
        async with self.client.messages.stream(model=model, **given) as stream:
            message = await stream.get_final_message()
        self.messages.append({"role": "assistant", "content": [block.to_dict() for block in message.content]})
        return message


@asynccontextmanager
async def world():
    async with SimulatedAnthropic(KEY) as claude, SimulatedGemini(api_key="a-key") as service:
        file = {
            "plugin": {
                "anthropic": {"base_url": claude.url, "api_key": KEY},
                "gemini": {"base_url": service.url, "api_key": "a-key", "refresh_models": False},
            }
        }
        async with (
            _serving(*map(plugin_of, BUNDLED), config=Config(file=file)) as bridge,
            sdk.AsyncAnthropic(base_url=bridge.url, api_key="a-dummy", max_retries=0) as client,
        ):
            yield World(client, claude, service)
        assert claude.refusals == []
        assert service.violations == []


def said(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def results(message: Any) -> list[dict[str, Any]]:
    """A result for each call, the last one's first."""
    calls = [block for block in message.content if block.type == "tool_use"]
    return [{"type": "tool_result", "tool_use_id": block.id, "content": "3"} for block in reversed(calls)]


def blocks_of(call: Any, kind: str) -> list[dict[str, Any]]:
    listed = (message["content"] for message in call.body["messages"] if isinstance(message["content"], list))
    return [block for content in listed for block in content if block["type"] == kind]


async def test_a_conversation_with_thinking_and_parallel_calls():
    async with world() as here:
        here.claude.reply(
            Step(thinking="Hm.", text="Adding.", calls=[{"name": "add", "input": {"a": 1}}, {"name": "add"}]),
            Step(text="3 and 3."),
        )
        first = await here.ask(CLAUDE, said("Add."))
        last = await here.ask(CLAUDE, *results(first))
        assert first.content[0].signature == signed("Hm.")
        assert (first.model, first.stop_reason, last.content[0].text) == (CLAUDE, "tool_use", "3 and 3.")
        assert here.claude.calls[1].body["messages"] == here.messages[:3]
        assert here.claude.calls[1].headers["user-agent"].startswith("AsyncAnthropic/Python")


async def test_a_plain_answer_is_the_streamed_one():
    async with world() as here:
        here.claude.reply(Step(thinking="Hm.", text="Hello.", calls=[{"name": "add", "input": {"a": 1}}]))
        asked = [{"role": "user", "content": "Hi"}]
        message = await here.client.messages.create(model=CLAUDE, max_tokens=10, messages=asked)
        assert [block.type for block in message.content] == ["thinking", "text", "tool_use"]
        assert message.content[2].input == {"a": 1}
        assert here.claude.calls[0].body["stream"] is True


async def test_betas_reach_the_server():
    async with world() as here:
        asked = [{"role": "user", "content": "Hi"}]
        await here.client.beta.messages.create(
            model=CLAUDE, max_tokens=10, messages=asked, betas=["context-1m-2025-08-07", "another"]
        )
        assert here.claude.calls[0].headers["anthropic-beta"] == "context-1m-2025-08-07,another"


async def test_counting():
    async with world() as here:
        counted = await here.client.messages.count_tokens(model=CLAUDE, messages=[{"role": "user", "content": "Hi"}])
        assert counted.input_tokens > 0
        assert here.claude.calls[0].path.endswith("count_tokens")


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (400, "invalid_request_error", sdk.BadRequestError),
        (403, "permission_error", sdk.PermissionDeniedError),
        (404, "not_found_error", sdk.NotFoundError),
        (429, "rate_limit_error", sdk.RateLimitError),
    ],
)
async def test_errors_reach_the_client_as_they_were(status, kind, error):
    headers = {"retry-after": "3600", "x-should-retry": "false"}
    async with world() as here:
        here.claude.reply(Step(status=status, error=(kind, "What it said."), headers=headers))
        with pytest.raises(error) as failure:
            await here.ask(CLAUDE, said("Hi."))
        assert failure.value.body["error"]["type"] == kind
        assert failure.value.body["error"]["message"].startswith("What it said. (127.0.0.1:")
        got = failure.value.response.headers
        assert {name: got[name] for name in headers} == headers


async def test_a_stream_that_is_cut_before_it_said_anything_is_asked_for_again():
    async with world() as here:
        here.claude.reply(Step(text="Lost.", cut=1), Step(text="Whole."))
        assert (await here.ask(CLAUDE, said("Hi."))).content[0].text == "Whole."
        assert len(here.claude.calls) == 2


async def test_a_stream_that_is_cut_in_the_middle_is_never_an_answer():
    async with world() as here:
        here.claude.reply(Step(text="Begun.", cut=3))
        with pytest.raises(sdk.APIStatusError, match="ended before it was whole"):
            await here.ask(CLAUDE, said("Hi."))


async def test_a_client_that_leaves_takes_upstreams_call_with_it():
    async with world() as here:
        here.claude.reply(Step(text="Begun.", cut=3, holds=True))
        asked = [{"role": "user", "content": "Hi"}]
        async with here.client.messages.stream(model=CLAUDE, max_tokens=10, messages=asked) as stream:
            async for _ in stream.text_stream:
                break
        await asyncio.wait_for(here.claude.calls[0].left.wait(), 10)


CALLS = {"calls": [{"name": "add", "args": {"a": 1, "b": 2}}, {"name": "add", "args": {"a": 3, "b": 4}}]}


async def test_a_conversation_that_goes_from_gemini_to_anthropic_and_back():
    """The strict server takes what Gemini said, and Gemini gets its own signatures back."""
    async with world() as here:
        here.gemini.reply({"thoughts": "I should add.", "text": "Adding.", **CALLS})
        first = await here.ask(GEMINI, said("Add twice."))
        here.claude.reply(Step(thinking="Hm.", text="Once more.", calls=[{"name": "add", "input": {"a": 5}}]))
        second = await here.ask(CLAUDE, *results(first))
        here.claude.reply(Step(text="Done."))
        await here.ask(CLAUDE, *results(second))
        here.gemini.reply({"text": "Welcome."})
        last = await here.ask(GEMINI, said("Thanks."))
        assert last.content[-1].text == "Welcome."

        signature = carried(next(block.id for block in first.content if block.type == "tool_use")).signature
        contents = here.gemini.calls[-1].body["contents"]
        signatures = [
            part["thoughtSignature"] for one in contents for part in one["parts"] if "thoughtSignature" in part
        ]
        assert signature
        assert signature in signatures

        calls, answers = (blocks_of(here.claude.calls[1], kind) for kind in ("tool_use", "tool_result"))
        assert {block["id"] for block in calls} == {block["tool_use_id"] for block in answers}
        assert not [block for block in calls if "_cgb" in block["id"] or "cgb" in block]
        assert [block["signature"] for block in blocks_of(here.claude.calls[1], "thinking")] == [signed("Hm.")]


async def test_with_a_budget_for_thinking_too():
    """lbjlaq/Antigravity-Manager#139."""
    async with world() as here:
        here.gemini.reply(CALLS)
        first = await here.ask(GEMINI, said("Add twice."))
        budget = {"type": "enabled", "budget_tokens": 2000}
        second = await here.ask(CLAUDE, *results(first), thinking=budget)
        await here.ask(CLAUDE, said("And now?"), thinking=budget)
        assert second.content[0].text
        assert [call.body["thinking"]["type"] for call in here.claude.calls] == ["disabled", "enabled"]


async def test_a_search_of_geminis_is_told_to_anthropic():
    search = {"type": "web_search_20250305", "name": "web_search"}
    grounding = {
        "webSearchQueries": ["capital of France"],
        "groundingChunks": [{"web": {"uri": "https://example.org/paris", "title": "example.org"}}],
        "groundingSupports": [{"segment": {"startIndex": 0, "endIndex": 6}, "groundingChunkIndices": [0]}],
    }
    async with world() as here:
        here.gemini.reply({"text": "Paris.", "grounding": grounding})
        await here.ask(GEMINI, said("Search."), tools=[search])
        await here.ask(CLAUDE, said("Sure?"))
        told = "\n".join(block["text"] for block in blocks_of(here.claude.calls[0], "text"))
        assert "[Searched the web for: capital of France]" in told
        assert "https://example.org/paris" in told
        assert "Paris." in told
