"""The simulated Anthropic on its socket, asked by the official SDK."""

import asyncio

import anthropic
import pytest

from cgb.testing.anthropic_server import SimulatedAnthropic, Step

ASK = {"model": "claude", "max_tokens": 10, "messages": [{"role": "user", "content": "Hi."}]}


def client(service, key="a-key"):
    return anthropic.AsyncAnthropic(base_url=service.url, api_key=key, max_retries=0)


async def test_it_answers_as_it_was_told_streamed_and_plain():
    async with SimulatedAnthropic() as service, client(service) as sdk:
        service.reply(Step(text="One."), Step(text="Two."))
        async with sdk.messages.stream(**ASK) as stream:
            assert (await stream.get_final_message()).content[0].text == "One."
        assert (await sdk.messages.create(**ASK)).content[0].text == "Two."
        assert (await sdk.messages.create(**ASK)).content[0].text == "Hello, this is no model."
    assert [call.status for call in service.calls] == [200, 200, 200]


async def test_it_counts_and_lists():
    async with SimulatedAnthropic() as service, client(service) as sdk:
        counted = await sdk.messages.count_tokens(model="claude", messages=ASK["messages"])
        assert counted.input_tokens > 0
        assert (await sdk.models.list()).data == []


async def test_it_refuses_and_says_why():
    async with SimulatedAnthropic() as service, client(service) as sdk:
        with pytest.raises(anthropic.BadRequestError, match="cgb: Extra inputs") as failure:
            await sdk.messages.create(**ASK, extra_body={"cgb": 1})
        assert failure.value.body["request_id"] == failure.value.response.headers["request-id"]
        with pytest.raises(anthropic.BadRequestError, match="anthropic-version"):
            await sdk.messages.create(**ASK, extra_headers={"anthropic-version": anthropic.omit})
    assert service.refusals == ["cgb: Extra inputs are not permitted", "anthropic-version: header is required"]


async def test_it_wants_its_key():
    async with SimulatedAnthropic("another") as service, client(service) as sdk:
        with pytest.raises(anthropic.AuthenticationError):
            await sdk.messages.create(**ASK)
        with pytest.raises(anthropic.AuthenticationError):
            await sdk.models.list()


async def test_it_fails_as_it_was_told():
    async with SimulatedAnthropic() as service, client(service) as sdk:
        service.reply(Step(status=529, error=("overloaded_error", "Busy."), headers={"retry-after": "7"}))
        with pytest.raises(anthropic.APIStatusError, match="Busy") as failure:
            await sdk.messages.create(**ASK)
    assert failure.value.response.headers["retry-after"] == "7"


async def test_it_sees_who_leaves():
    async with SimulatedAnthropic() as service, client(service) as sdk:
        service.reply(Step(text="Hi.", cut=2, holds=True))
        async with sdk.messages.stream(**ASK) as stream:
            await anext(aiter(stream))
        await asyncio.wait_for(service.calls[0].left.wait(), 5)
