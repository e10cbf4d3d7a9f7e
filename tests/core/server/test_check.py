from cgb import RateLimited
from cgb.testing import ScriptedTransport
from cgb.trial import MODEL


async def test_a_check_asks_upstream_once(serving):
    transport = ScriptedTransport("pong")
    async with serving(transport) as bridge, bridge.client.get("/test-connection") as response:
        assert response.status == 200
        result = await response.json()
    assert (result["ok"], result["model"]) == (True, MODEL)
    assert len(transport.requests) == 1


async def test_a_check_that_fails_has_the_failures_status(serving):
    async with (
        serving(ScriptedTransport(RateLimited("Used up."))) as bridge,
        bridge.client.get("/test-connection?model=claude-x") as response,
    ):
        assert response.status == 429
        result = await response.json()
    assert (result["ok"], result["model"]) == (False, "claude-x")
    assert result["error"] == {"type": "rate_limit_error", "message": "Used up."}
