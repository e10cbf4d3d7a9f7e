"""The transport as a whole, against the simulated service."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from cgb import (
    ApiError,
    ConfigError,
    Context,
    InvalidRequest,
    Overloaded,
    RateLimited,
    Route,
    ThinkingDelta,
    Timeout,
    Unauthenticated,
    UnusableAnswer,
)
from cgb.config import Config
from cgb.messages import estimate_tokens
from cgb.testing import SimulatedGemini, aask, assert_stream
from cgb_plugins import gemini as plugin
from cgb_plugins import model_map, stream_repair, tidy_request
from cgb_plugins.gemini import Gemini, open_transport

from .kit import MODELS, NEW, OLD, assistant, http, plain, raw_server, request_of, tool, user

KEY = "AIza-not-a-real-key"


@asynccontextmanager
async def opened(url, **fields):
    async with open_transport(Gemini.model_validate({"base_url": url, "api_key": KEY, **fields})) as transport:
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
        config = Config(options={"plugin.gemini.base_url": service.url, "plugin.gemini.api_key": KEY})
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
    async with opened("http://127.0.0.1:9") as transport:
        assert transport.missing() == ()


async def test_its_check_asks_gemini():
    async with SimulatedGemini(api_key=KEY) as service, opened(service.url) as transport:
        [good] = await transport.check()
        service.api_key = "another"
        [bad] = await transport.check()

    assert good.ok
    assert not bad.ok
    assert "key" in bad.text


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
    assert (found.get_secret_value() if field == "api_key" else found) == value


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
