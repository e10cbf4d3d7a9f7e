from types import SimpleNamespace

import pytest

from cgb import hookimpl
from cgb.testing import ScriptedTransport

from ...fixtures import posted


async def test_the_flag_decides_the_form(serving, hello):
    async with serving(ScriptedTransport("Hi.", "Hi.", "Hi.")) as bridge:
        for stream, kind in ((True, "text/event-stream"), (False, "application/json"), (None, "application/json")):
            async with bridge.ask({**hello, "stream": stream}) as response:
                assert response.content_type == kind


@pytest.mark.parametrize("name", ["01-main-opus-first-turn", "06-tool-loop-opus", "25-mcp-many-schemas"])
async def test_what_claude_code_sends_is_answered(serving, name):
    one = posted()[name]
    transport = ScriptedTransport("Hi.")
    async with serving(transport) as bridge:
        url = f"{one.path}?{one.query}"
        async with bridge.client.post(url, data=one.body, headers={"content-type": "application/json"}) as response:
            assert response.status == 200
            assert await response.read()
    assert transport.requests[0].request.to_wire() == one.json


async def test_the_clients_headers_reach_the_plugins_without_credentials(serving):
    seen = {}

    @hookimpl
    def rewrite_request(request, ctx):
        seen.update(ctx.headers, kind=ctx.kind, id=ctx.id)
        return request

    headers = {"X-Claude-Code-Agent-Id": "a1", "x-api-key": "sesame", "Authorization": "Bearer sesame", "Cookie": "c=1"}
    async with (
        serving(ScriptedTransport("Hi."), SimpleNamespace(rewrite_request=rewrite_request)) as bridge,
        bridge.ask(headers=headers) as response,
    ):
        assert response.headers["request-id"] == seen["id"]
    assert seen["x-claude-code-agent-id"] == "a1"
    assert seen["kind"] == "subagent"
    assert not {"x-api-key", "authorization", "cookie"} & set(seen)
