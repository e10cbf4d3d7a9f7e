"""What is LiteLLM's own about the transport; all else stands in `tests/plugins/conformance`.

The first test to ask pays for LiteLLM's import, which takes seconds.
"""

import pytest
from pydantic import SecretStr

from cgb import Context, Overloaded, RateLimited, Route, UnusableAnswer
from cgb.messages import carried
from cgb.testing import SimulatedGemini, assert_stream
from cgb.testing.openai_server import SimulatedOpenAI
from cgb_plugins.gemini import Gemini
from cgb_plugins.gemini import open_transport as open_gemini
from cgb_plugins.litellm import LiteLLM

from .kit import GPT, KEY, NEW, QUIET, asked, assistant, opened, request_of, result, tool, user

pytestmark = QUIET

BASH = tool(input_schema={"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer"}}})
TOOLED = request_of("Do it", tools=[BASH], thinking={"type": "adaptive"})


async def test_a_conversation_goes_on_that_the_gemini_transport_began():
    """Signatures belong to the model, whichever transport led to it: a fallback loses none."""
    async with SimulatedGemini() as service:
        service.reply({"calls": [{"name": "Bash", "args": {"n": 1}}]}, {"text": "Done."})
        settings = Gemini.model_validate({"base_url": service.url, "api_key": KEY, "refresh_models": False})
        request = request_of("Do it", tools=[BASH])
        async with open_gemini(settings) as native:
            route = Route("gemini", NEW.removeprefix("gemini/"))
            begun = assert_stream([event async for event in native.send(request, route, Context(request))])
        said = assistant(*(block.to_wire() for block in begun.content))
        await asked(service, request_of("Do it", said, user(result(begun.content[-1].id)), tools=[BASH]), NEW)

    assert [call.dummies for call in service.calls] == [0, 0]
    assert carried(begun.content[-1].id).signature


# A service that speaks like OpenAI


@pytest.mark.parametrize("unstreamed", [False, True])
async def test_calls_whose_pieces_come_in_turn(unstreamed):
    calls = [{"name": "Bash", "args": {"a": "é" * 20}}, {"name": "Bash", "args": {"n": 2}}, {"name": "Bash"}]
    async with SimulatedOpenAI() as service:
        service.reply({"text": "On.", "calls": calls, "chunks": 4, "interleaved": True})
        message = await asked(service, TOOLED, unstreamed=unstreamed)

    assert [block.input for block in message.content[1:]] == [{"a": "é" * 20}, {"n": 2}, {}]


async def test_usage_is_asked_for():
    async with SimulatedOpenAI() as service:
        await asked(service)

    assert service.calls[0].body["stream_options"] == {"include_usage": True}


async def test_thoughts_go_back_to_who_thought_them():
    async with SimulatedOpenAI() as service:
        service.reply({"reasoning": "Hm.", "text": "Well,", "calls": [{"name": "Bash"}]}, {})
        message = await asked(service, TOOLED)
        said = assistant(*(block.to_wire() for block in message.content))
        history = request_of("Do it", said, user(result(message.content[-1].id)), tools=[BASH])
        async with opened(service) as transport:
            # Straight, for tidy-request takes thoughts out that a target does not want.
            body = transport.render(history, Route("litellm", GPT))

    assert body["messages"][1]["reasoning_content"] == "Hm."


async def test_a_call_that_was_broken_off_for_want_of_room():
    async with SimulatedOpenAI() as service:
        service.reply({"calls": [{"name": "Bash", "args": '{"a": '}], "finish": "length"})
        with pytest.raises(UnusableAnswer) as caught:
            await asked(service, TOOLED)

    assert caught.value.kind == "no_room"


@pytest.mark.parametrize(
    ("step", "kind", "wait"),
    [
        ({"status": 429, "message": "Rate limit reached. Please try again in 7.5s."}, RateLimited, 7.5),
        ({"status": 503, "message": "The server is busy."}, Overloaded, None),
    ],
)
async def test_an_error_is_in_the_provider_s_own_words(step, kind, wait):
    async with SimulatedOpenAI() as service:
        service.reply(step)
        with pytest.raises(kind) as caught:
            await asked(service)

    assert step["message"].split()[0] in caught.value.message
    assert caught.value.retry_after == wait


# Settings


def test_keys_and_addresses():
    settings = LiteLLM.model_validate(
        {
            "gemini_api_key": "g",
            "gemini_base_url": "http://gemini/v1beta/",
            "api_keys": {"openrouter/*": "o"},
        }
    )

    assert settings.key("gemini/x") == SecretStr("g")
    assert settings.key("openrouter/x") == SecretStr("o")
    assert (settings.key("openai/x"), settings.base("openai/x")) == (None, None)
    assert settings.base("gemini/x") == "http://gemini/v1beta"
