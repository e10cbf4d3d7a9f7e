"""The simulated service, over real sockets."""

import json

import aiohttp
import pytest

from cgb.testing.openai_server import SimulatedOpenAI, Step

BODY = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


async def post(service, key="k", **fields):
    """Status, headers and text of an answer."""
    headers = {"authorization": f"Bearer {key}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{service.url}/v1/chat/completions", json={**BODY, **fields}, headers=headers) as response,
    ):
        return response.status, response.headers, await response.text()


async def test_a_whole_answer():
    async with SimulatedOpenAI() as service:
        service.reply({"text": "Yes", "reasoning": "Hm", "calls": [{"name": "Bash"}]})
        status, _, text = await post(service)
    message = json.loads(text)["choices"][0]["message"]

    assert (status, message["content"], message["reasoning_content"]) == (200, "Yes", "Hm")
    assert message["tool_calls"][0]["function"] == {"name": "Bash", "arguments": "{}"}


async def test_a_streamed_answer():
    async with SimulatedOpenAI() as service:
        _, headers, text = await post(service, stream=True, stream_options={"include_usage": True})
    frames = [line.removeprefix("data: ") for line in text.split("\n\n") if line]

    assert headers["content-type"] == "text/event-stream"
    assert frames[-1] == "[DONE]"
    assert json.loads(frames[-2])["usage"]["prompt_tokens"] > 0
    assert json.loads(frames[-3])["choices"][0]["finish_reason"] == "stop"
    assert "Hello." in text


async def test_what_it_refuses():
    async with SimulatedOpenAI(api_key="k") as service:
        refused, _, text = await post(service, top_k=3)
        wrong_key, _, _ = await post(service, key="other")
        service.reply(Step(status=429, message="Slowly.", headers={"retry-after": "3"}))
        slowed, headers, _ = await post(service)

    assert (refused, wrong_key, slowed, headers["retry-after"]) == (400, 401, 429, "3")
    assert "top_k" in json.loads(text)["error"]["message"]
    assert len(service.violations) == 1


async def test_an_answer_that_breaks_off():
    async with SimulatedOpenAI() as service:
        service.reply({"text": "Yes", "fault": "eof"}, {"text": "Yes", "fault": "cut"})
        _, _, text = await post(service, stream=True)
        with pytest.raises(aiohttp.ClientError):
            await post(service, stream=True)

    assert 'finish_reason": "stop' not in text
    assert "[DONE]" not in text


async def test_it_knows_when_its_client_leaves():
    async with SimulatedOpenAI() as service:
        service.reply({"text": "Yes", "fault": "hang"})
        async with aiohttp.ClientSession() as session:
            url = f"{service.url}/v1/chat/completions"
            async with session.post(url, json={**BODY, "stream": True}) as response:
                await response.content.readany()
        await service.calls[0].ended.wait()

    assert service.calls[0].cancelled


@pytest.mark.parametrize(
    ("choice", "name"), [("required", "A"), ({"type": "function", "function": {"name": "B"}}, "B")]
)
async def test_with_nothing_scripted_it_calls_what_it_must(choice, name):
    tools = [{"type": "function", "function": {"name": one, "parameters": {}}} for one in ("A", "B")]
    async with SimulatedOpenAI() as service:
        _, _, text = await post(service, tools=tools, tool_choice=choice)

    assert json.loads(text)["choices"][0]["message"]["tool_calls"][0]["function"]["name"] == name


@pytest.mark.parametrize(("stream", "after"), [(False, 1), (True, 0)])
async def test_an_answer_that_never_begins(stream, after):
    async with SimulatedOpenAI() as service:
        service.reply({"text": "Hello.", "fault": "cut", "after": after})
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await post(service, stream=stream)


async def test_a_slow_answer_comes_piece_by_piece():
    async with SimulatedOpenAI() as service:
        service.reply({"text": "Hello.", "chunks": 3, "delay": 0.001})
        _, _, text = await post(service, stream=True)

    assert "".join(
        json.loads(line[6:])["choices"][0]["delta"].get("content", "") for line in text.split("\n\n")[:-2]
    ) == ("Hello.")
