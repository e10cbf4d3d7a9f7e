from cgb import Finding, Transport
from cgb.testing import ScriptedTransport


async def test_hello_answers_get_and_head(serving):
    async with serving(ScriptedTransport()) as bridge:
        for path in ("/", "/api/hello"):
            async with bridge.client.get(path) as response:
                assert response.status == 200
                assert (await response.json())["name"] == "claude-gemini-bridge"
            async with bridge.client.head(path) as response:
                assert (response.status, await response.read()) == (200, b"")
                assert response.headers["request-id"].startswith("req_")


async def test_health_tells_plugins_in_order_and_what_transports_lack(serving):
    class Poor(Transport):
        def missing(self):
            return [Finding(ok=False, text="no key", fix="set one")]

    async with serving(ScriptedTransport(), Poor()) as bridge, bridge.client.get("/health") as response:
        status = await response.json()
    assert status["status"] == "ok"
    assert status["demo"] is False
    assert [plugin["name"] for plugin in status["plugins"]] == ["scripted", "plugin-1"]
    assert status["transports"] == {
        "scripted": {"ready": True, "missing": []},
        "plugin-1": {"ready": False, "missing": ["no key"]},
    }


async def test_health_tells_no_secret(serving):
    async with (
        serving(ScriptedTransport(), api_keys=["open-sesame"]) as bridge,
        bridge.client.get("/health") as response,
    ):
        assert response.status == 200
        assert "sesame" not in await response.text()
