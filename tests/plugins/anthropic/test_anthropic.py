"""The transport as a whole, against the simulated service."""

import pytest
from pydantic import ValidationError

from cgb import Context, InvalidRequest, Overloaded, RateLimited, Route, UnusableAnswer
from cgb.config import Config
from cgb.messages import carry, estimate_tokens
from cgb.testing import aask, plugin_of
from cgb.testing.anthropic_server import SimulatedAnthropic, Step, signed
from cgb_plugins import anthropic as plugin
from cgb_plugins import model_map, stream_repair, tidy_request, tool_schema
from cgb_plugins.anthropic import Anthropic, AnthropicTransport, list_models

from .kit import KEY, MODEL, TOOL, asked, assistant, call, http, opened, raw_server, request_of, result, text, user

ROUTE = Route("anthropic", MODEL)


async def test_text_thinking_and_calls_come_as_they_were_said():
    step = Step(
        text="Adding.", thinking="Hm.", calls=[{"name": "add", "input": {"a": 1}}, {"name": "add", "input": {}}]
    )
    async with SimulatedAnthropic(KEY) as service:
        service.reply(step)
        message = await asked(service.url, request_of(tools=[TOOL]))
    thought, said, first, second = message.content
    assert thought.to_wire() == {"type": "thinking", "thinking": "Hm.", "signature": signed("Hm.")}
    assert said.text == "Adding."
    assert (first.name, first.input, second.input) == ("add", {"a": 1}, {})
    assert (message.model, message.stop_reason, message.usage.output_tokens) == ("opus", "tool_use", 7)


async def test_the_request_goes_as_it_came_under_the_routes_model():
    request = request_of(
        user(text("Hi.", cache_control={"type": "ephemeral"})),
        metadata={"user_id": "{}"},
        safeguards=[{"type": "dangerous_tool_use", "novel": {"a": [1.5, None]}}],
        stream=False,
    )
    async with SimulatedAnthropic() as service:
        await asked(service.url, request)
    assert service.calls[0].body == {**request.to_wire(), "model": MODEL, "stream": True}


async def test_through_the_pipeline_nothing_else_changes_the_request():
    """tidy-request, tool-schema and stream-repair leave a native request alone."""
    request = request_of(
        *[
            user(text("One.")),
            user(text("Two.")),
            {"role": "system", "content": [text("x-anthropic-billing-header: 1")]},
        ],
        system=[text("x-anthropic-billing-header: cc_version=1;")],
        tools=[{**TOOL, "input_schema": {"type": "object", "patternProperties": {"^x": {"not": {}}}}}],
    ).with_(model=f"anthropic/{MODEL}")
    async with SimulatedAnthropic() as service:
        config = Config(file={"plugin": {"anthropic": {"base_url": service.url}}})
        plugins = [plugin_of(one) for one in (tidy_request, model_map, tool_schema, plugin, stream_repair)]
        asked = await aask(request, plugins, config)
    assert service.refusals == []
    assert service.calls[0].body == {**request.to_wire(), "model": MODEL, "stream": True}
    assert asked.message.model == f"anthropic/{MODEL}"


async def test_the_model_keeps_its_suffix():
    async with SimulatedAnthropic() as service, opened(service.url) as transport:
        request = request_of()
        assert [_ async for _ in transport.send(request, Route("anthropic", f"{MODEL}[1m]"), Context(request))]
    assert service.calls[0].body["model"] == f"{MODEL}[1m]"
    assert transport.target(f"{MODEL}[1m]").context_tokens == 1_000_000
    assert transport.target(MODEL).native
    assert [transport.target(name).family for name in (MODEL, "glm-5")] == ["claude", ""]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (Step(status=400, error=("invalid_request_error", "No.")), InvalidRequest),
        (Step(status=429, error=("rate_limit_error", "Slow."), headers={"retry-after": "3"}), RateLimited),
        (Step(status=529, error=("overloaded_error", "Busy.")), Overloaded),
        (Step(text="Hi.", cut=2, error=("overloaded_error", "Busy.")), Overloaded),
        (Step(text="Hi.", cut=4), UnusableAnswer),
    ],
)
async def test_failures_are_of_their_class(step, kind):
    async with SimulatedAnthropic() as service:
        service.reply(step)
        with pytest.raises(kind):
            await asked(service.url)


async def test_the_service_refuses_what_the_plugin_takes_out():
    """The strictness that the other tests rest on."""
    tool_id = carry("toolu_1", "c2ln", at=0)
    request = request_of("Add.", assistant(call(tool_id, cgb=tool_id)), user(result(tool_id)))
    async with SimulatedAnthropic() as service:
        await asked(service.url, request)
        assert service.calls[0].body["messages"][1] == assistant(call("toolu_1"))
        with pytest.raises(InvalidRequest, match="Extra inputs are not permitted"):
            await asked(service.url, request.with_(novel=1))


async def test_counting_is_the_services():
    request = request_of("Hi.", user(text("There.")), stream=False)
    async with SimulatedAnthropic() as service, opened(service.url) as transport:
        counted = await transport.count_tokens(request, ROUTE, Context(request))
    assert service.refusals == []
    assert counted == estimate_tokens(request)
    assert (service.calls[0].path, service.calls[0].body["model"]) == ("/v1/messages/count_tokens", MODEL)


@pytest.mark.parametrize(
    "answer", [http(b"", "404 Not Found"), http(b"{}"), http(b"[]"), http(b"<html>"), http(b'{"input_tokens":"x"}')]
)
async def test_where_it_does_not_count_the_estimate_is_noted(answer):
    request = request_of()
    ctx = Context(request)
    async with raw_server(answer) as raw, opened(raw.url) as transport:
        assert await transport.count_tokens(request, ROUTE, ctx) == estimate_tokens(request)
    assert [note.kind for note in ctx.notes] == ["estimated"]


async def test_counting_that_takes_too_long_is_estimated():
    request = request_of()
    ctx = Context(request)
    async with raw_server(b"", hangs=True) as raw, opened(raw.url, count_timeout_s=0.1) as transport:
        assert await transport.count_tokens(request, ROUTE, ctx) == estimate_tokens(request)
    assert "count_timeout_s" in ctx.notes[0].text


async def test_what_would_be_sent_is_shown():
    request = request_of()
    body = AnthropicTransport(Anthropic()).render(request, ROUTE)
    assert body == {**request.to_wire(), "model": MODEL, "stream": True}


def test_the_models_are_those_of_the_settings():
    listed = list_models(Anthropic(models=(MODEL,)))
    assert [(model.id, str(model.route)) for model in listed] == [(MODEL, f"anthropic/{MODEL}")]
    assert list_models(Anthropic()) == []


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({}, 1),
        ({"api_key": ""}, 1),
        ({"api_key": KEY}, 0),
        ({"auth_token": "t"}, 0),
        ({"base_url": "http://localhost:11434"}, 0),
        ({"base_url": "https://anthropic.com.example.org"}, 0),
    ],
)
def test_a_key_is_missing_where_anthropic_is_asked_without_one(fields, lacks):
    missing = AnthropicTransport(Anthropic.model_validate(fields)).missing()
    assert [finding.ok for finding in missing] == [False] * lacks


def test_what_leads_the_client_to_the_bridge_is_not_read(monkeypatch):
    """With ANTHROPIC_BASE_URL or ANTHROPIC_AUTH_TOKEN of Claude Code, the bridge would ask itself."""
    env = {"ANTHROPIC_BASE_URL": "http://bridge", "ANTHROPIC_AUTH_TOKEN": "a-dummy", "ANTHROPIC_API_KEY": KEY}
    settings = Config(environ=env).plugin_settings({"anthropic": Anthropic}, ["anthropic"])["anthropic"]
    assert settings.base_url == "https://api.anthropic.com"
    assert settings.auth_token is None
    assert settings.api_key.get_secret_value() == KEY


@pytest.mark.parametrize("url", ["", "api.anthropic.com", "ftp://x", "http://"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(ValidationError):
        Anthropic(base_url=url)


async def test_a_check_says_whether_the_key_is_taken():
    async with SimulatedAnthropic(KEY) as service:
        async with opened(service.url) as transport:
            [good] = await transport.check()
        async with opened(service.url, api_key="another") as transport:
            [bad] = await transport.check()
    assert (good.ok, bad.ok) == (True, False)
    assert "invalid x-api-key" in bad.text
    assert [found.ok for found in await AnthropicTransport(Anthropic()).check()] == [False]


async def test_a_server_without_a_list_of_models_is_well_all_the_same():
    async with raw_server(http(b"", "404 Not Found")) as raw, opened(raw.url) as transport:
        [found] = await transport.check()
    assert found.ok
    assert "lists no models" in found.text
