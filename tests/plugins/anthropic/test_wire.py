"""HTTP: addresses, headers, keys, and what is told of them."""

import asyncio
from contextlib import aclosing

import orjson
import pytest

from cgb import Context, Route, Timeout, Unauthenticated, UpstreamFailed
from cgb.testing.anthropic_server import SimulatedAnthropic, Step

from .kit import KEY, MODEL, asked, events_of, http, opened, raw_server, request_of

HEADERS = {
    "anthropic-version": "2025-01-01",
    "anthropic-beta": "a-2025,b-2026",
    "user-agent": "claude-cli/2.1.330 (external, cli)",
    "x-app": "cli",
    "x-claude-code-session-id": "s",
    "x-claude-code-agent-id": "a",
    "x-stainless-timeout": "600",
    "host": "bridge",
    "accept-encoding": "zstd",
    "content-length": "1",
    "x-mine": "x",
}


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", "/prefix", "/prefix/v1"])
async def test_the_address_may_end_as_it_likes(end):
    async with raw_server(http(b"")) as raw:
        with pytest.raises(UpstreamFailed, match="none"):
            async with opened(raw.url + end) as transport:
                await transport._client.count(b"{}", Context(request_of()))
    prefix = b"/prefix" if "prefix" in end else b""
    assert raw.requests[0].startswith(b"POST " + prefix + b"/v1/messages/count_tokens HTTP/1.1")


async def test_the_clients_headers_that_belong_to_the_body_go_along_and_no_others():
    request = request_of()
    async with SimulatedAnthropic() as service, opened(service.url) as transport:
        await events_of(transport, request, Context(request, headers=HEADERS))
    got = service.calls[0].headers
    passed = {name for name in HEADERS if got.get(name) == HEADERS[name]}
    assert passed == set(list(HEADERS)[:6])
    assert got["content-type"] == "application/json"


async def test_a_client_without_a_version_gets_the_usual_one():
    async with SimulatedAnthropic() as service:
        await asked(service.url)
    assert service.calls[0].headers["anthropic-version"] == "2023-06-01"


async def test_the_key_and_the_token_go_where_each_belongs():
    async with SimulatedAnthropic(KEY) as service:
        await asked(service.url, auth_token="a-token")
    assert service.calls[0].headers["x-api-key"] == KEY
    assert service.calls[0].headers["authorization"] == "Bearer a-token"


async def test_without_a_key_none_is_sent():
    async with SimulatedAnthropic() as service:
        await asked(service.url, api_key=None)
    assert not {"x-api-key", "authorization"} & set(service.calls[0].headers)


async def test_an_error_that_repeats_the_key_does_not_show_it():
    said = orjson.dumps({"error": {"type": "authentication_error", "message": f"bad key {KEY} or a-token"}})
    async with raw_server(http(said, "401 Unauthorized")) as raw:
        with pytest.raises(Unauthenticated) as failure:
            await asked(raw.url, auth_token="a-token")
    assert "bad key [key] or [key]" in failure.value.message


async def test_a_redirect_does_not_lead_the_key_away():
    async with SimulatedAnthropic() as other, raw_server(http(b"", "307 Moved", location=other.url)) as raw:
        with pytest.raises(UpstreamFailed, match="HTTP 307"):
            await asked(raw.url)
    assert other.calls == []


async def test_a_server_that_is_not_there():
    async with raw_server() as raw:
        pass
    with pytest.raises(UpstreamFailed, match=r"127\.0\.0\.1:\d+ could not be reached .*plugin\.anthropic\.base_url"):
        await asked(raw.url)


async def test_a_client_that_leaves_takes_the_call_with_it():
    request = request_of()
    async with SimulatedAnthropic() as service, opened(service.url) as transport:
        service.reply(Step(text="Hello.", cut=2, holds=True))
        async with aclosing(transport.send(request, Route("anthropic", MODEL), Context(request))) as events:
            await anext(events)
        await asyncio.wait_for(service.calls[0].left.wait(), 5)


async def test_the_servers_id_of_a_request_is_logged(caplog):
    request = request_of()
    ctx = Context(request)
    caplog.set_level("DEBUG", "cgb.anthropic")
    async with SimulatedAnthropic() as service, opened(service.url) as transport:
        service.reply(Step(text="Hi.", headers={"request-id": "req_theirs"}))
        await events_of(transport, request, ctx)
    assert caplog.messages == [f"request {ctx.id} is req_theirs at {service.url.removeprefix('http://')}"]


async def test_silence_names_the_setting():
    async with raw_server(b"", hangs=True) as raw:
        with pytest.raises(
            Timeout, match=r"^127\.0\.0\.1:\d+ did .* plugin\.anthropic\.request_timeout \(REQUEST_TIMEOUT\)"
        ):
            await asked(raw.url, request_timeout=0.1)
