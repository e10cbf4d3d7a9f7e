"""The transport as a whole, against the simulated service."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from tests.fixtures import posted

from cgb import (
    ApiError,
    ConfigError,
    Context,
    InvalidRequest,
    MessagesRequest,
    MessageStart,
    NotFound,
    Overloaded,
    RateLimited,
    Route,
    TextDelta,
    ThinkingDelta,
    Timeout,
    Unauthenticated,
    UnusableAnswer,
)
from cgb.config import Config
from cgb.messages import estimate_tokens
from cgb.testing import SimulatedGemini, aask, assert_stream
from cgb.testing.gemini_server import tokens
from cgb.testing.gemini_server.grounding import SAID
from cgb.testing.gemini_server.wire import compact, sse
from cgb_plugins import gemini as plugin
from cgb_plugins import model_map, stream_repair, tidy_request
from cgb_plugins.gemini import Gemini, open_transport

from .kit import MODELS, NEW, OLD, assistant, frame, http, plain, raw_server, request_of, text, tool, user

KEY = "AIza-not-a-real-key"


@asynccontextmanager
async def opened(url, **fields):
    """A transport that asks for nothing on its own."""
    given = {"base_url": url, "api_key": KEY, "refresh_models": False, **fields}
    async with open_transport(Gemini.model_validate(given)) as transport:
        yield transport


async def events_of(transport, request, model=NEW, **options):
    route = Route("gemini", model, options=options)
    return [event async for event in transport.send(request, route, Context(request))]


async def asked(service, request=None, model=NEW, **fields):
    """What a transport answers; the service has recorded no violation."""
    async with opened(service.url, **fields) as transport:
        message = assert_stream(await events_of(transport, request or request_of(), model))
    assert service.violations == []
    return message


STEP = {
    "text": "Here you are.",
    "thoughts": "Let me think.",
    "calls": [{"name": "Bash", "args": {"a": "ü"}}],
    "chunks": 3,
}
TOOLED = request_of("Do it", tools=[tool()], thinking={"type": "adaptive"})


@pytest.mark.parametrize("model", MODELS)
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


async def test_a_route_can_switch_streaming_off():
    async with SimulatedGemini() as service, opened(service.url) as transport:
        await events_of(transport, request_of(), unstreamed=True)

    assert [call.method for call in service.calls] == ["generateContent"]


@pytest.mark.parametrize("model", MODELS)
async def test_a_tool_loop(model):
    """Three steps, of two calls each: ids and signatures find their way back, in process to nobody's store."""
    calls = [{"name": "Bash", "args": {"n": 1}}, {"name": "Bash", "args": {"n": 2}}]
    history = ["Do it with a tool"]
    async with SimulatedGemini() as service:
        service.reply({"calls": calls}, {"text": "On", "calls": calls}, {"calls": calls}, {"text": "Done."})
        while True:
            message = await asked(service, request_of(*history, tools=[tool()]), model)
            ids = [block.id for block in message.content if block.type == "tool_use"]
            if not ids:
                break
            results = [{"type": "tool_result", "tool_use_id": one, "content": "ok"} for one in reversed(ids)]
            history += [assistant(*(block.to_wire() for block in message.content)), user(*results)]

    assert plain(message) == [{"type": "text", "text": "Done."}]
    assert len(history) == 7
    assert [call.dummies for call in service.calls] == [0, 0, 0, 0]


# Failures

FAULTS = [
    ({"kind": "http", "status": 429, "retryDelay": "3s"}, RateLimited),
    ({"kind": "http", "status": 503}, Overloaded),
    ({"kind": "http", "status": 504}, Timeout),
    ({"kind": "error_frame", "status": 503, "after": 0}, Overloaded),
    ({"kind": "error_frame", "status": 503, "after": 1}, Overloaded),
    ({"kind": "bare_error", "status": 429, "after": 0}, RateLimited),
    ({"kind": "bare_error", "status": 429, "after": 1}, RateLimited),
    ({"kind": "cut", "after": 0}, ApiError),
    ({"kind": "cut", "after": 1}, UnusableAnswer),
    ({"kind": "eof", "after": 0}, UnusableAnswer),
    ({"kind": "eof", "after": 1}, UnusableAnswer),
    ({"kind": "empty"}, UnusableAnswer),
    ({"kind": "malformed"}, UnusableAnswer),
    ({"kind": "unexpected_tool_call"}, UnusableAnswer),
    ({"kind": "unexpected_tool_call", "withCall": True}, UnusableAnswer),
    ({"kind": "thoughts_only"}, UnusableAnswer),
    ({"kind": "no_candidates"}, UnusableAnswer),
]


@pytest.mark.parametrize("unstreamed", [False, True])
@pytest.mark.parametrize(("fault", "kind"), FAULTS)
async def test_a_fault_is_an_error_and_never_a_made_up_end(fault, kind, unstreamed):
    if unstreamed and fault["kind"] in {"cut", "eof"}:
        kind = ApiError
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "chunks": 3, "fault": fault})
        with pytest.raises(kind):
            await asked(service, unstreamed=unstreamed)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"kind": "safety"}, "refusal"), ({"kind": "blocked_prompt"}, "refusal"), ({"kind": "max_tokens"}, "max_tokens")],
)
async def test_a_fault_that_is_an_answer(fault, reason):
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "chunks": 3, "fault": fault})
        message = await asked(service)

    assert message.stop_reason == reason
    assert message.content


async def test_a_lost_signature_says_how_to_go_on():
    """Function call is missing a thought_signature: musistudio/claude-code-router#1032."""
    said = "Function call is missing a thought_signature in functionCall parts."
    async with SimulatedGemini() as service:
        service.reply({"fault": {"kind": "http", "status": 400, "message": said}})
        with pytest.raises(UnusableAnswer, match="missing a thought_signature") as caught:
            await asked(service)

    assert (caught.value.kind, caught.value.status) == ("missing_signature", 400)
    assert caught.value.remedy == {"signatures": "dummy"}


async def test_a_wrong_key():
    async with SimulatedGemini(api_key="another") as service:
        with pytest.raises(Unauthenticated) as caught:
            await asked(service)

    assert caught.value.headers == {"x-should-retry": "false"}


async def test_a_prompt_that_is_too_long():
    """Claude Code compacts at exactly these words."""
    async with SimulatedGemini() as service, opened(service.url) as transport:
        with pytest.raises(InvalidRequest, match=r"^prompt is too long: \d+ tokens > 1048576 maximum$"):
            await events_of(transport, request_of("many words " * 500_000))


async def test_a_client_that_leaves_ends_the_call_upstream():
    async with SimulatedGemini() as service:
        service.reply({"text": "x" * 100, "chunks": 3, "fault": {"kind": "hang", "after": 1}})
        async with opened(service.url) as transport:
            request = request_of()
            events = transport.send(request, Route("gemini", NEW), Context(request))
            await anext(events)
            await events.aclose()
            assert await asyncio.to_thread(service.calls[0].wait)

    assert service.calls[0].cancelled


async def test_empty_answers_are_asked_again_before_the_client_has_seen_words():
    """BerriAI/litellm#24442, pydantic/pydantic-ai#3300: with the default plugins, on one answer's stream."""
    async with SimulatedGemini() as service:
        options = {"base_url": service.url, "api_key": KEY, "refresh_models": "false"}
        config = Config(options={f"plugin.gemini.{name}": value for name, value in options.items()})
        service.reply(
            {"thoughts": "hm", "text": "x", "fault": {"kind": "thoughts_only"}},
            {"text": "x", "fault": {"kind": "malformed"}},
            {"text": "Here you are.", "thoughts": "Let me think."},
        )
        found = await aask(
            request_of(thinking={"type": "adaptive"}, model=f"claude-{NEW}"),
            [tidy_request, model_map, plugin, stream_repair],
            config,
        )

    assert [block.get("text") for block in found.message.content][-1] == "Here you are."
    assert any(isinstance(event, ThinkingDelta) for event in found.events)
    assert [note.kind for note in found.notes] == ["retry", "retry"]
    assert len(service.calls) == 3
    assert service.violations == []


# Counting


async def counted(transport, request, model=NEW):
    ctx = Context(request)
    return await transport.count_tokens(request, Route("gemini", model), ctx), [note.kind for note in ctx.notes]


@pytest.mark.parametrize("model", MODELS)
async def test_gemini_counts(model):
    small, large = request_of("Hi"), request_of("Hi " * 1000, system="Be kind.", tools=[tool()])
    async with SimulatedGemini() as service, opened(service.url) as transport:
        few, notes = await counted(transport, small, model)
        many, _ = await counted(transport, large, model)

    assert 0 < few < many
    assert notes == []
    assert service.violations == []
    assert [call.method for call in service.calls] == ["countTokens"] * 2


@pytest.mark.parametrize("answer", [http(b"", "503 Full"), http(b"<html>"), http(b"7"), b" "])
async def test_an_estimate_where_gemini_does_not_count(answer):
    request = request_of("Hi " * 100)
    async with raw_server(answer) as server, opened(server.url) as transport:
        assert await counted(transport, request) == (estimate_tokens(request), ["estimated"])


@pytest.mark.parametrize("answer", [b"{}", b'{"totalTokens": 0}', b'{"totalTokens": null}'])
async def test_a_count_of_nothing_is_none(answer):
    request = request_of("Hi " * 100)
    async with raw_server(http(answer)) as server, opened(server.url) as transport:
        assert (await counted(transport, request))[0] == estimate_tokens(request)


async def test_an_estimate_where_gemini_is_slow():
    request = request_of("Hi")
    stop = asyncio.Event()

    async def silent(reader, writer):
        await stop.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with opened(url, count_timeout_s=0.1) as transport:
        assert await counted(transport, request) == (estimate_tokens(request), ["estimated"])
    stop.set()
    server.close()
    await server.wait_closed()


# The rest


async def test_what_it_lacks():
    async with opened("http://127.0.0.1:9", api_key=None) as transport:
        [finding] = transport.missing()
        assert not finding.ok
        assert "GEMINI_API_KEY" in finding.fix
        assert await transport.check() == (finding,)
    for keys in ({}, {"api_key": None, "api_keys": ["AIza-one"]}):
        async with opened("http://127.0.0.1:9", **keys) as transport:
            assert transport.missing() == ()


async def test_its_check_asks_gemini():
    async with SimulatedGemini(api_key=KEY) as service, opened(service.url) as transport:
        [good] = await transport.check()
        service.api_key = "another"
        [bad] = await transport.check()

    assert good.ok
    assert not bad.ok
    assert "key" in bad.text


async def test_its_check_asks_with_each_key():
    async with (
        SimulatedGemini(api_key=KEY) as service,
        opened(service.url, api_key="AIza-another", api_keys=[KEY, "AIza-third", KEY]) as transport,
    ):
        found = await transport.check()

    assert [finding.ok for finding in found] == [False, True, False]
    assert [finding.text.partition(":")[0] for finding in found] == [f"key {place} of 3" for place in (1, 2, 3)]
    assert "AIza" not in str(found)


async def test_a_key_that_is_none_costs_the_request_nothing():
    async with (
        SimulatedGemini(api_key=KEY) as service,
        opened(service.url, api_key="AIza-another", api_keys=[KEY]) as transport,
    ):
        request = request_of()
        ctx = Context(request)
        events = [event async for event in transport.send(request, Route("gemini", NEW), ctx)]

    assert assert_stream(events).content
    assert [note.kind for note in ctx.notes] == ["next_key"]
    assert "AIza" not in str(ctx.notes)


@pytest.mark.parametrize("unstreamed", [False, True])
async def test_a_quota_that_is_used_up_moves_the_request_to_the_next_key(unstreamed):
    fault = {"kind": "http", "status": 429, "retryDelay": "3s"}
    async with SimulatedGemini() as service:
        service.reply({"fault": fault}, {"text": "Here you are."})
        message = await asked(service, api_keys=["AIza-another"], unstreamed=unstreamed)

    assert plain(message) == [{"type": "text", "text": "Here you are."}]
    assert len(service.calls) == 2


async def test_a_model_that_is_none_names_those_near_it():
    async with SimulatedGemini() as service, opened(service.url) as transport:
        with pytest.raises(NotFound, match=r"Did you mean .*gemini-3\.8-flash"):
            await events_of(transport, request_of(), "gemini-3.8-flsh")


async def test_streaming_that_is_switched_off_upstream_is_none_of_the_client_s_business():
    """It asked for a stream and gets one."""
    async with SimulatedGemini() as service:
        environ = {"FORCE_DISABLE_STREAMING": "true", "GEMINI_API_KEY": KEY, "GOOGLE_GEMINI_BASE_URL": service.url}
        config = Config(environ=environ, options={"plugin.gemini.refresh_models": "false"})
        service.reply({"text": "Here you are."})
        found = await aask(request_of(model=f"claude-{NEW}", stream=True), [model_map, plugin], config)

    assert found.message.content[0].text == "Here you are."
    assert isinstance(found.events[0], MessageStart)
    assert [call.method for call in service.calls] == ["generateContent"]


async def test_its_check_finds_nobody():
    async with raw_server() as server:
        pass
    async with opened(server.url) as transport:
        [finding] = await transport.check()

    assert not finding.ok
    assert "could not be reached" in finding.text


async def test_what_it_would_send():
    async with SimulatedGemini() as service, opened(service.url) as transport:
        request = request_of("Hi", system="Be kind.")
        rendered = transport.render(request, Route("gemini", OLD))
        await events_of(transport, request, OLD)

    assert service.calls[0].body == rendered


async def test_facts_and_models_need_no_network():
    async with opened("http://127.0.0.1:9") as transport:
        assert transport.target(OLD).thinking == "budget"
        assert "claude-gemini-4-neon" in [model.id for model in transport.models()]


@pytest.mark.parametrize(
    ("environ", "field", "value"),
    [
        ({"GEMINI_API_KEY": "a"}, "api_key", "a"),
        ({"GOOGLE_API_KEY": "b"}, "api_key", "b"),
        ({"GEMINI_API_KEY": "a", "GOOGLE_API_KEY": "b"}, "api_key", "a"),
        ({"GOOGLE_GEMINI_BASE_URL": "http://x"}, "base_url", "http://x"),
        ({"GEMINI_API_KEYS": "a, b"}, "keys", ["a", "b"]),
        ({"GEMINI_API_KEY": "c", "GEMINI_API_KEYS": "a,c,b"}, "keys", ["c", "a", "b"]),
        ({}, "keys", []),
        ({"HTTPS_PROXY": "http://p:1"}, "proxy", "http://p:1"),
        ({"https_proxy": "http://p:1"}, "proxy", "http://p:1"),
        ({"REQUEST_TIMEOUT": "90"}, "request_timeout", 90.0),
        ({"FORCE_DISABLE_STREAMING": "true"}, "unstreamed", True),
        ({"CGB_GEMINI_COUNT_TIMEOUT_S": "1"}, "count_timeout_s", 1.0),
    ],
)
def test_the_environment(environ, field, value):
    read = Config(environ=environ).plugin_settings({"gemini": Gemini}, ["gemini"])["gemini"]

    found = getattr(read, field)
    assert shown(found) == value


def shown(value):
    if isinstance(value, tuple):
        return [shown(one) for one in value]
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def test_keys_are_shown_to_nobody():
    config = Config(environ={"GEMINI_API_KEYS": "AIza-one,AIza-two"})
    read = config.plugin_settings({"gemini": Gemini}, ["gemini"])["gemini"]

    assert "AIza" not in repr(read) + read.model_dump_json()


@pytest.mark.parametrize(
    "url", ["generativelanguage.googleapis.com", "ftp://x", "http://", "http://[::1", "http://a b", ""]
)
def test_an_address_that_is_none_stops_the_start(url):
    config = Config(options={"plugin.gemini.base_url": url})

    with pytest.raises(ConfigError, match=r"plugin\.gemini\.base_url"):
        config.plugin_settings({"gemini": Gemini}, ["gemini"])


@pytest.mark.parametrize("url", ["http://[::1]:8080", "https://x.example/gemini/v1beta/", "http://localhost:1"])
def test_an_address(url):
    assert Gemini(base_url=url).base_url == url


# Long answers

LONG = "".join(f"Line {number} of a long answer, \u00fc\U0001f600.\n" for number in range(60))


@pytest.mark.parametrize("unstreamed", [False, True])
@pytest.mark.parametrize("hops", [2, 3, 7])
async def test_a_long_answer_in_hops_is_the_same_message(hops, unstreamed):
    """BerriAI/litellm takes the first hop for the whole answer."""
    step = {**STEP, "text": LONG, "hops": hops, "chunks": 3}
    async with SimulatedGemini() as service:
        service.reply({**step, "hops": 1}, step)
        whole = await asked(service, TOOLED, "gemini-4-argon", unstreamed=unstreamed)
        found = await asked(service, TOOLED, "gemini-4-argon", unstreamed=unstreamed)

    assert [block for block in plain(found) if block["type"] == "text"] == [{"type": "text", "text": LONG}]
    assert [block.type for block in found.content] == [block.type for block in whole.content]
    assert found.stop_reason == whole.stop_reason == "tool_use"
    assert found.usage.input_tokens == whole.usage.input_tokens
    # Each piece's own count is rounded up, by the service.
    assert 0 <= found.usage.output_tokens - whole.usage.output_tokens <= hops * 3 * 2
    assert len(service.calls) == 1 + hops


async def test_a_client_that_leaves_between_hops_ends_it():
    async with SimulatedGemini() as service, opened(service.url) as transport:
        service.reply({"text": LONG, "hops": 3, "chunks": 1})
        request = request_of()
        events = transport.send(request, Route("gemini", "gemini-4-argon"), Context(request))
        async for event in events:
            if isinstance(event, TextDelta):
                break
        await events.aclose()

    assert len(service.calls) == 1


# Where the text ends


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("chunks", [2, 3, 12])
async def test_a_stop_sequence_ends_the_answer_and_the_call_upstream(model, chunks):
    """Gemini hangs after the sequence: whoever went on reading would never end."""
    words = "Some words. " * 5 + "STOP here." + " And more." * 12
    async with SimulatedGemini() as service:
        service.reply({"text": words, "chunks": chunks, "fault": {"kind": "hang", "after": chunks - 1}})
        message = await asked(
            service, request_of(stop_sequences=["nowhere", "STOP", *"\u00e4\u00eb\u00ef\u00f6\u00fc"]), model
        )
        assert await asyncio.to_thread(service.calls[0].wait)

    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "STOP")
    assert plain(message) == [{"type": "text", "text": "Some words. " * 5}]
    assert service.calls[0].cancelled


async def test_a_stop_sequence_in_a_whole_answer():
    async with SimulatedGemini() as service:
        service.reply({"text": "abc END def"})
        message = await asked(service, request_of(stop_sequences=["END"]), unstreamed=True)

    assert (message.stop_reason, message.stop_sequence) == ("stop_sequence", "END")
    assert message.content[0].text == "abc "


@pytest.mark.parametrize("unstreamed", [False, True])
@pytest.mark.parametrize("thinking", [None, {"type": "disabled"}, {"type": "adaptive"}])
@pytest.mark.parametrize("model", MODELS)
async def test_a_small_limit_leaves_room_and_is_kept(model, thinking, unstreamed):
    """Claude Code's classifier asks for 64 tokens: BerriAI/litellm#36881."""
    async with SimulatedGemini() as service:
        service.reply({"text": LONG, "chunks": 20})
        message = await asked(service, request_of(max_tokens=64, thinking=thinking), model, unstreamed=unstreamed)

    said = "".join(block.get("text", "") for block in message.content)
    assert message.stop_reason == "max_tokens"
    assert LONG.startswith(said)
    assert 32 <= tokens.estimate(said) <= 66


async def test_thoughts_that_use_up_all_the_room_are_an_error_that_says_so():
    async with SimulatedGemini() as service:
        service.reply({"text": "x", "thinking": "heavy"})
        with pytest.raises(UnusableAnswer, match="higher max_tokens") as caught:
            await asked(service, request_of(max_tokens=4096))

    assert caught.value.kind == "no_room"


# Tools


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("unstreamed", [False, True])
async def test_a_client_that_takes_one_call_gets_one(model, unstreamed):
    calls = [{"name": "Bash", "args": {"n": number}} for number in range(3)]
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    history = ["Use a tool"]
    async with SimulatedGemini() as service:
        service.reply({"calls": calls}, {"text": "Done."})
        first = await asked(
            service, request_of(*history, tools=[tool()], tool_choice=choice), model, unstreamed=unstreamed
        )
        [block] = first.content
        assert block.input == {"n": 0}
        history += [assistant(block.to_wire()), user({"type": "tool_result", "tool_use_id": block.id, "content": "a"})]
        await asked(service, request_of(*history, tools=[tool()], tool_choice=choice), model)

    assert [call.dummies for call in service.calls] == [0, 0]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("unstreamed", [False, True])
@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("14-websearch-subrequest-allowed", ["example.com"]),
        ("16-websearch-subrequest-plain-gemini", ["example.com", "example.org"]),
    ],
)
async def test_claude_code_s_web_search(name, pages, model, unstreamed):
    """CPA and others lose the links; BerriAI/litellm#25477 refuses the tool choice."""
    captured = posted()[name].json
    async with SimulatedGemini() as service, opened(service.url, unstreamed=unstreamed) as transport:
        request = MessagesRequest.model_validate({**captured, "model": "claude-sonnet-5"})
        fitted = tidy_request.fit_request(
            request, transport.target(model), Context(request), tidy_request.TidyRequest()
        )
        message = assert_stream(await events_of(transport, fitted, model))

    use, found, *said = (block for block in message.content if not block.type.endswith("thinking"))
    assert (use.type, found.type) == ("server_tool_use", "web_search_tool_result")
    assert found.get("tool_use_id") == use.id
    assert [page["title"] for page in found.get("content")] == pages
    assert {one["title"] for block in said for one in block.get("citations") or ()} == set(pages)
    assert "".join(block.text for block in said) == " ".join(SAID)
    assert message.usage.get("server_tool_use") == {"web_search_requests": 1}
    assert message.stop_reason == "end_turn"
    assert service.calls[0].body["tools"] == [{"googleSearch": {}}]
    wish = str(service.calls[0].body.get("systemInstruction"))
    assert ("Search only these sites: example.com." in wish) == (len(pages) == 1)
    assert service.violations == []


@pytest.mark.parametrize("model", MODELS)
async def test_a_web_fetch(model):
    tools = [{"type": "web_fetch_20250910", "name": "web_fetch", "max_uses": 1}]
    async with SimulatedGemini() as service:
        message = await asked(service, request_of("Read https://x.example", tools=tools), model)

    assert message.stop_reason == "end_turn"
    assert service.calls[0].body["tools"] == [{"urlContext": {}}]


@pytest.mark.parametrize(("model", "kinds"), [(OLD, 1), (NEW, 2), ("gemini-4-argon", 2)])
async def test_functions_and_a_search_in_one_request(model, kinds):
    """googleapis/js-genai#435, googleapis/java-genai#418, celeste#197."""
    tools = [tool(), {"type": "web_search_20250305", "name": "web_search"}]
    async with SimulatedGemini() as service:
        service.reply({"text": "I look.", "calls": [{"name": "Bash"}]})
        message = await asked(service, request_of("Hi", tools=tools), model)

    assert len(service.calls[0].body["tools"]) == kinds
    assert [block.type for block in message.content] == ["text", "tool_use"]


async def test_safety_settings_are_the_operators():
    async with SimulatedGemini() as service:
        await asked(service, safety={"HARM_CATEGORY_HARASSMENT": "BLOCK_ONLY_HIGH"})

    assert service.calls[0].body["safetySettings"] == [
        {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_ONLY_HIGH"}
    ]


async def test_a_link_into_the_operators_own_network_is_not_followed():
    image = {"type": "image", "source": {"type": "url", "url": "http://u:secret@127.0.0.1:1/a.png?k=secret"}}
    async with SimulatedGemini() as service:
        await asked(service, request_of(user(image, "What is it?")))

    [first, _] = service.calls[0].body["contents"][0]["parts"]
    assert "could not be read" in first["text"]
    assert "secret" not in str(service.calls[0].body)


# Counting many


async def test_a_count_is_asked_for_once():
    async with SimulatedGemini() as service, opened(service.url) as transport:
        counts = [(await counted(transport, request_of("Hi")))[0] for _ in range(3)]
        other, _ = await counted(transport, request_of("Hi", tools=[tool()]))
        await counted(transport, request_of("Hi"), "gemini-4-argon")

    assert len(set(counts)) == 1
    assert other > counts[0]
    assert [call.model for call in service.calls] == [NEW, NEW, "gemini-4-argon"]


async def test_an_estimate_is_not_kept():
    async with (
        raw_server(http(b"", "503 Full"), http(b'{"totalTokens": 7}')) as server,
        opened(server.url) as transport,
    ):
        assert (await counted(transport, request_of()))[1] == ["estimated"]
        assert await counted(transport, request_of()) == (7, [])


async def test_thirty_counts_at_once():
    """Claude Code counts each of its tools by itself."""
    requests = [request_of("Hi", tools=[tool(f"tool_{number}")]) for number in range(30)]
    async with SimulatedGemini() as service, opened(service.url) as transport:
        found = await asyncio.gather(*(counted(transport, request) for request in requests))
        again = await asyncio.gather(*(counted(transport, request) for request in requests))

    assert all(count > 0 and notes == [] for count, notes in found)
    assert again == found
    assert len(service.calls) == 30
    assert service.violations == []


async def test_thirty_counts_of_the_same_at_once():
    async with SimulatedGemini() as service, opened(service.url) as transport:
        found = await asyncio.gather(*(counted(transport, request_of("Hi")) for _ in range(30)))

    assert len(set(map(str, found))) == 1
    assert found[0][1] == []


async def test_the_oldest_counts_are_forgotten(monkeypatch):
    monkeypatch.setattr(plugin, "_COUNTS_KEPT", 1)
    async with SimulatedGemini() as service, opened(service.url) as transport:
        for words in ("a", "b", "a"):
            await counted(transport, request_of(words))

    assert len(service.calls) == 3


# The service's own list of models


async def refreshed(transport):
    await transport._refreshing


async def test_the_list_of_models_is_read_once_beside_the_first_answer():
    async with SimulatedGemini() as service, opened(service.url, refresh_models=True) as transport:
        before = transport.models()
        await events_of(transport, request_of())
        transport.refresh()
        await events_of(transport, request_of())
        await refreshed(transport)
        after = transport.models()

    assert [call.method for call in service.calls].count("models") == 1
    assert {model.id for model in after} <= {model.id for model in before}
    assert service.violations == []


async def test_without_a_key_nobody_is_asked():
    async with SimulatedGemini() as service, opened(service.url, refresh_models=True, api_key=None) as transport:
        transport.refresh()

    assert service.calls == []


async def test_the_bundled_list_stays_where_the_service_s_cannot_be_read():
    async with SimulatedGemini(api_key="another") as service, opened(service.url, refresh_models=True) as transport:
        before = transport.models()
        transport.refresh()
        await refreshed(transport)
        assert transport.models() == before


async def test_a_bridge_that_stops_waits_for_no_list():
    async with raw_server() as server, opened(server.url, refresh_models=True) as transport:
        transport.refresh()


async def test_an_alias_s_family_is_learnt_from_its_answer():
    """The aliases move; a bridge that is not renewed must follow."""
    one = frame(text("Hi"), finish="STOP", modelVersion="gemini-2.5-pro")
    frames = sse(compact(one))
    async with raw_server(http(frames)) as server, opened(server.url) as transport:
        assert transport.target("gemini-pro-latest").thinking == "levels"
        await events_of(transport, request_of(), "gemini-pro-latest")
        assert transport.target("gemini-pro-latest").thinking == "budget"
        assert transport.target(NEW).thinking == "levels"
