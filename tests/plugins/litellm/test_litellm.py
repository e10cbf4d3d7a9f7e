"""The transport as a whole, against the simulated Gemini and a simulated OpenAI-compatible service.

The first test to ask pays for LiteLLM's import, which takes seconds.
"""

import asyncio
import subprocess
import sys
import textwrap

import pytest
from pydantic import SecretStr

from cgb import (
    ApiError,
    Context,
    InvalidRequest,
    Overloaded,
    RateLimited,
    Route,
    TextDelta,
    Timeout,
    Unauthenticated,
    UnusableAnswer,
    UpstreamFailed,
)
from cgb.config import Config
from cgb.messages import carried
from cgb.testing import SimulatedGemini, aask, assert_stream
from cgb.testing.openai_server import SimulatedOpenAI
from cgb_plugins import litellm as plugin
from cgb_plugins import model_map, tidy_request, tool_schema
from cgb_plugins.gemini import Gemini
from cgb_plugins.gemini import open_transport as open_gemini
from cgb_plugins.litellm import LiteLLM

from .kit import (
    GEMINIS,
    GPT,
    KEY,
    NEW,
    OLD,
    asked,
    assistant,
    call,
    image,
    opened,
    plain,
    request_of,
    result,
    sent,
    tool,
    user,
)

# LiteLLM looks at what pydantic would rather not show; as an error, the warning would end its streams.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the 'model_:DeprecationWarning")

SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer"}}}
BASH = tool(input_schema=SCHEMA)
STEP = {
    "text": "Here you are.",
    "thoughts": "Let me think.",
    "calls": [{"name": "Bash", "args": {"a": "ü"}}],
    "chunks": 3,
}
TOOLED = request_of("Do it", tools=[BASH], thinking={"type": "adaptive"})

# Gemini through LiteLLM


@pytest.mark.parametrize("model", GEMINIS)
async def test_streamed_and_whole_answers_are_the_same(model):
    async with SimulatedGemini() as service:
        service.reply(STEP, STEP)
        streamed = await asked(service, TOOLED, model)
        whole = await asked(service, TOOLED, model, unstreamed=True)

    assert [block["type"] for block in plain(streamed)] == ["thinking", "text", "tool_use"]
    assert [block for block in plain(streamed) if block["type"] != "tool_use"] == plain(whole)[:2]
    assert streamed.content[2].input == whole.content[2].input == {"a": "ü"}
    assert (streamed.stop_reason, streamed.usage) == (whole.stop_reason, whole.usage)
    assert [call.method for call in service.calls] == ["streamGenerateContent", "generateContent"]


@pytest.mark.parametrize("model", GEMINIS)
async def test_a_tool_loop(model):
    """Three steps, of two calls each: LiteLLM's own adapter merges the calls, and loses signatures."""
    calls = [{"name": "Bash", "args": {"n": 1}}, {"name": "Bash", "args": {"n": 2}}]
    history = ["Do it with a tool"]
    async with SimulatedGemini() as service:
        service.reply({"calls": calls}, {"text": "On", "calls": calls}, {"calls": calls}, {"text": "Done."})
        while True:
            message = await asked(service, request_of(*history, tools=[BASH]), model)
            ids = [block.id for block in message.content if block.type == "tool_use"]
            if not ids:
                break
            assert [block.input for block in message.content if block.type == "tool_use"] == [{"n": 1}, {"n": 2}]
            history += [assistant(*(block.to_wire() for block in message.content)), user(*map(result, reversed(ids)))]

    assert plain(message) == [{"type": "text", "text": "Done."}]
    assert len(history) == 7
    assert [call.dummies for call in service.calls] == [0, 0, 0, 0]


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


@pytest.mark.parametrize("model", GEMINIS)
async def test_a_history_that_nobody_signed(model):
    """Interrupted, orphaned and repeated results, equal calls, images: LiteLLM alone answers 500 or Gemini 400."""
    history = (
        "Look",
        assistant("Yes", call("toolu_1", arguments={"n": 1}), call("toolu_2", arguments={"n": 1}), call("toolu_3")),
        user(result("toolu_2", [{"type": "text", "text": '{"$ref": "#/x"}'}, image()]), result("toolu_9"), "And?"),
        assistant(call("toolu_4")),
        user(result("toolu_4", "data:image/png;base64,AAAA", is_error=True), image()),
        assistant("I see"),
    )
    async with SimulatedGemini() as service:
        await asked(service, request_of(*history, tools=[BASH]), model)
        responses = [
            part["function_response"]["response"]
            for content in service.calls[0].body["contents"]
            for part in content["parts"]
            if "function_response" in part
        ]

    assert {"error": "data:image/png;base64,AAAA"} in responses
    # Before Gemini 3, LiteLLM keeps one of two calls that say the same.
    assert ({"output": '{"$ref": "#/x"}'} in responses) == (model != OLD)


FAULTS = [
    ({"kind": "http", "status": 429, "retryDelay": "3s"}, RateLimited),
    ({"kind": "http", "status": 503}, Overloaded),
    ({"kind": "http", "status": 504}, Timeout),
    ({"kind": "error_frame", "status": 503, "after": 0}, Overloaded),
    ({"kind": "error_frame", "status": 503, "after": 1}, Overloaded),
    ({"kind": "bare_error", "status": 429, "after": 0}, RateLimited),
    ({"kind": "bare_error", "status": 429, "after": 1}, RateLimited),
    ({"kind": "eof", "after": 0}, UnusableAnswer),
    ({"kind": "eof", "after": 1}, UnusableAnswer),
    ({"kind": "empty"}, UnusableAnswer),
    ({"kind": "malformed"}, UnusableAnswer),
    ({"kind": "unexpected_tool_call"}, UnusableAnswer),
    ({"kind": "thoughts_only"}, UnusableAnswer),
    ({"kind": "no_candidates"}, UnusableAnswer),
]


@pytest.mark.parametrize("unstreamed", [False, True])
@pytest.mark.parametrize(("fault", "kind"), FAULTS)
async def test_a_fault_is_an_error_and_never_a_made_up_end(fault, kind, unstreamed):
    if unstreamed and fault["kind"] == "eof":
        kind = ApiError
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "chunks": 3, "fault": fault})
        with pytest.raises(kind) as caught:
            await asked(service, model=NEW, unstreamed=unstreamed)

    if fault.get("retryDelay"):
        assert caught.value.retry_after == 3
    if fault["kind"] == "malformed":
        assert (caught.value.kind, caught.value.upstream_reason) == ("malformed_call", "MALFORMED_FUNCTION_CALL")


async def test_a_connection_that_breaks_in_an_answer():
    """LiteLLM calls this `stop` where a chunk came before: the finish reason is Gemini's or none."""
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "chunks": 3, "fault": {"kind": "cut", "after": 1}})
        with pytest.raises(UnusableAnswer) as caught:
            await asked(service, model=NEW)

    assert caught.value.kind == "cut"


@pytest.mark.parametrize("unstreamed", [False, True])
async def test_a_connection_that_breaks_before_an_answer(unstreamed):
    """LiteLLM would ask again by itself, unseen by the ladder."""
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "fault": {"kind": "cut", "after": 0}})
        with pytest.raises(UpstreamFailed):
            await asked(service, model=NEW, unstreamed=unstreamed)

    assert len(service.calls) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"kind": "safety"}, "refusal"), ({"kind": "blocked_prompt"}, "refusal"), ({"kind": "max_tokens"}, "max_tokens")],
)
async def test_a_fault_that_is_an_answer(fault, reason):
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "chunks": 3, "fault": fault})
        message = await asked(service, model=NEW)

    assert message.stop_reason == reason
    assert message.content


async def test_a_wrong_key():
    async with SimulatedGemini(api_key="another") as service:
        with pytest.raises(Unauthenticated) as caught:
            await asked(service, model=NEW)

    assert caught.value.headers == {"x-should-retry": "false"}
    assert KEY not in caught.value.message


async def test_a_prompt_that_is_too_long():
    """Claude Code compacts at exactly these words."""
    async with SimulatedGemini() as service:
        said = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."
        service.reply({"fault": {"kind": "http", "status": 400, "message": said}})
        with pytest.raises(InvalidRequest) as caught:
            await asked(service, model=NEW)

    assert caught.value.message == "prompt is too long: 1200000 tokens > 1048576 maximum"


async def test_a_lost_signature_says_how_to_go_on():
    said = "Function call is missing a thought_signature in functionCall parts."
    async with SimulatedGemini() as service:
        service.reply({"fault": {"kind": "http", "status": 400, "message": said}})
        with pytest.raises(UnusableAnswer) as caught:
            await asked(service, model=NEW)

    assert (caught.value.kind, caught.value.remedy) == ("missing_signature", {"signatures": "dummy"})


async def test_a_client_that_leaves_ends_the_call_upstream():
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "chunks": 3, "fault": {"kind": "hang", "after": 1}})
        async with opened(service, NEW) as transport:
            request = request_of()
            events = transport.send(request, Route("litellm", NEW), Context(request))
            await anext(events)
            await events.aclose()
            assert await asyncio.to_thread(service.calls[0].wait)

    assert service.calls[0].cancelled


@pytest.mark.parametrize(("after", "kind"), [(0, Timeout), (1, UnusableAnswer)])
async def test_silence_has_an_end(after, kind):
    """LiteLLM's own timeout does not bound reads of a stream."""
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "chunks": 3, "fault": {"kind": "hang", "after": after}})
        with pytest.raises(kind, match="request_timeout"):
            await asked(service, model=NEW, request_timeout=0.3)


@pytest.mark.parametrize("model", GEMINIS)
async def test_every_way_to_think_is_accepted(model):
    thinking = [{"type": "disabled"}, {"type": "enabled", "budget_tokens": 31_999}, {"type": "adaptive"}, None]
    async with SimulatedGemini() as service:
        for one in thinking:
            await asked(service, request_of(thinking=one, output_config={"effort": "max"}), model)


async def test_an_answer_in_json():
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    form = {"format": {"type": "json_schema", "schema": schema}}
    async with SimulatedGemini() as service:
        await asked(service, request_of(output_config=form), NEW)
        config = service.calls[0].body["generationConfig"]

    assert "json" in str(config.get("responseMimeType", config.get("response_mime_type")))


# A service that speaks like OpenAI


async def test_an_answer_of_another_model():
    async with SimulatedOpenAI(api_key=KEY) as service:
        service.reply({"reasoning": "Hm, hm.", "text": "Hello there.", "chunks": 3, "cached": 3})
        message = await asked(service)

    thought, said = message.content
    assert (thought.thinking, said.text, message.stop_reason) == ("Hm, hm.", "Hello there.", "end_turn")
    assert message.usage.cache_read_input_tokens == 3
    assert message.usage.output_tokens > 0
    assert service.calls[0].body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("unstreamed", [False, True])
@pytest.mark.parametrize("interleaved", [False, True])
async def test_parallel_calls_in_pieces(interleaved, unstreamed):
    calls = [{"name": "Bash", "args": {"a": "é" * 20}}, {"name": "Bash", "args": {"n": 2}}, {"name": "Bash"}]
    async with SimulatedOpenAI() as service:
        service.reply({"text": "On.", "calls": calls, "chunks": 4, "interleaved": interleaved}, {"text": "Done."})
        message = await asked(service, TOOLED, unstreamed=unstreamed)
        ids = [block.id for block in message.content[1:]]
        said = assistant(*(block.to_wire() for block in message.content))
        last = await asked(service, request_of("Do it", said, user(*map(result, reversed(ids))), tools=[BASH]))

    assert [block.input for block in message.content[1:]] == [{"a": "é" * 20}, {"n": 2}, {}]
    assert (message.stop_reason, last.stop_reason) == ("tool_use", "end_turn")
    roles = [one["role"] for one in service.calls[1].body["messages"]]
    assert roles == ["user", "assistant", "tool", "tool", "tool"]


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


async def test_a_history_with_long_ids_names_and_images():
    long = "toolu_" + "x" * 100
    name = "mcp__server__" + "a.b" * 40
    history = ("Look", assistant(call(long, name)), user(result(long, [image()]), "What is it?"))
    async with SimulatedOpenAI() as service:
        service.reply({"calls": [{"name": "placeholder"}]})
        await asked(service, request_of(*history, tools=[tool(name)]))
        _, called, answered, shown = service.calls[0].body["messages"]

    assert called["tool_calls"][0]["id"] == answered["tool_call_id"]
    assert [part["type"] for part in shown["content"]] == ["text", "image_url", "text"]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        ({"text": "x" * 30, "chunks": 5, "fault": "cut", "after": 3}, "cut"),
        ({"text": "x" * 30, "chunks": 5, "fault": "eof", "after": 3}, "cut"),
        ({}, "empty"),
        ({"reasoning": "Hm."}, "empty"),
        ({"reasoning": "Hm.", "finish": "length"}, "no_room"),
        ({"calls": [{"name": "Bash", "args": '{"a": '}]}, "malformed_call"),
        ({"calls": [{"name": "Bash", "args": '{"a": '}], "finish": "length"}, "no_room"),
    ],
)
async def test_an_answer_that_is_none(step, kind):
    async with SimulatedOpenAI() as service:
        service.reply(step)
        with pytest.raises(UnusableAnswer) as caught:
            await asked(service, TOOLED)

    assert caught.value.kind == kind


async def test_a_stall():
    async with SimulatedOpenAI() as service:
        service.reply({"text": "x" * 30, "chunks": 5, "fault": "hang", "after": 3})
        with pytest.raises(UnusableAnswer) as caught:
            await asked(service, request_timeout=0.3)
        await service.calls[0].ended.wait()

    assert (caught.value.kind, service.calls[0].cancelled) == ("stall", True)


@pytest.mark.parametrize(
    ("step", "kind", "words"),
    [
        ({"status": 429, "message": "Rate limit reached. Please try again in 7.5s."}, RateLimited, "Rate limit"),
        ({"status": 503, "message": "The server is busy."}, Overloaded, "busy"),
        (
            {
                "status": 400,
                "code": "context_length_exceeded",
                "message": "This model's maximum context length is 128000 tokens. However, your messages resulted in "
                "130000 tokens.",
            },
            InvalidRequest,
            "^prompt is too long: 130000 tokens > 128000 maximum$",
        ),
    ],
)
async def test_an_error_of_another_provider(step, kind, words):
    async with SimulatedOpenAI() as service:
        service.reply(step)
        with pytest.raises(kind, match=words) as caught:
            await asked(service)

    assert kind is not RateLimited or caught.value.retry_after == 7.5
    assert len(service.calls) == 1


async def test_a_refusal_keeps_what_was_said():
    async with SimulatedOpenAI() as service:
        service.reply({"text": "Well,", "finish": "content_filter"})
        message = await asked(service)

    assert message.stop_reason == "refusal"
    assert message.content[0].text.startswith("Well,")


async def test_a_stop_sequence_ends_the_answer():
    async with SimulatedOpenAI() as service:
        service.reply({"text": "one END two", "chunks": 6})
        message = await asked(service, request_of(stop_sequences=["END"]))

    assert (message.content[0].text, message.stop_reason, message.stop_sequence) == ("one ", "stop_sequence", "END")
    assert "stop" not in service.calls[0].body


async def test_words_come_as_they_are_said():
    async with SimulatedOpenAI() as service, opened(service) as transport:
        service.reply({"text": "abcdef", "chunks": 3})
        events = await sent(transport, request_of())

    assert [event.text for event in events if isinstance(event, TextDelta)] == ["ab", "cd", "ef"]


async def test_in_the_pipeline():
    """With the tool schemas compiled for LiteLLM, which knows no JSON Schema towards Gemini."""
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"a": {"anyOf": [{"type": "string"}, {"const": 3}, {"type": "null"}]}, "b": {"enum": [1, 2]}},
        "required": ["a"],
        "additionalProperties": False,
    }
    settings = {"api_key": KEY, "request_timeout": 20}
    async with SimulatedGemini() as service:
        service.reply(STEP)
        config = Config(
            {
                "plugin": {
                    "model-map": {"transport": "litellm", "big_model": NEW.removeprefix("gemini/")},
                    "litellm": settings | {"gemini_base_url": service.url},
                }
            }
        )
        request = request_of("Do it", tools=[tool(input_schema=schema)], thinking={"type": "adaptive"})
        found = await aask(request, [tidy_request, model_map, tool_schema, plugin], config)

    assert service.violations == []
    assert [block.type for block in found.message.content] == ["thinking", "text", "tool_use"]


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


def test_it_is_imported_by_the_first_request_that_needs_it():
    """Its import takes seconds and 170 MB."""
    program = """
        import asyncio, sys
        from tests.plugins.litellm.kit import NEW, GPT, asked, request_of
        from cgb.testing import SimulatedGemini
        from cgb.testing.openai_server import SimulatedOpenAI
        from cgb_plugins.gemini import Gemini, open_transport
        from cgb import Context, Route

        async def main():
            async with SimulatedGemini() as service:
                settings = Gemini.model_validate({"base_url": service.url, "api_key": "k", "refresh_models": False})
                async with open_transport(settings) as transport:
                    request = request_of()
                    route = Route("gemini", "gemini-2.5-flash")
                    assert [event async for event in transport.send(request, route, Context(request))]
                assert "litellm" not in sys.modules
                await asked(service, model=NEW)
                assert "litellm" in sys.modules

        asyncio.run(main())
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program)], check=True, timeout=60)
