import asyncio
from contextlib import aclosing, asynccontextmanager
from importlib.metadata import version
from types import SimpleNamespace

import pytest

from cgb import ConfigError, PluginError, Route, hookimpl
from cgb.config import Config
from cgb.exchange import Exchange
from cgb.server import create_app
from cgb.testing import ScriptedTransport, plugin_of, request_of


async def test_openapi_describes_the_api(serving):
    async with serving(ScriptedTransport()) as bridge, bridge.client.get("/openapi.json") as response:
        assert response.status == 200
        described = await response.json()
    assert described["info"]["version"] == version("claude-gemini-bridge")
    assert {"/v1/messages", "/v1/messages/count_tokens", "/v1/models", "/health"} <= set(described["paths"])
    body = described["paths"]["/v1/messages"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"model", "messages"} <= set(body["required"])


async def test_docs_are_there(serving):
    async with serving(ScriptedTransport()) as bridge, bridge.client.get("/docs") as response:
        assert response.status == 200


async def test_a_bug_is_an_error_in_anthropics_shape(serving):
    async with serving(ScriptedTransport()) as bridge:

        @bridge.app.get("/broken")
        async def broken():
            return 1 / 0

        async with bridge.client.get("/broken") as response:
            assert response.status == 500
            body = await response.json()
            assert body["error"]["type"] == "api_error"
            assert "ZeroDivisionError" in body["error"]["message"]
            assert body["request_id"] == response.headers["request-id"]
        async with bridge.client.get("/") as response:
            assert response.status == 200


async def test_other_http_errors_keep_their_status(serving):
    from starlette.exceptions import HTTPException

    async with serving(ScriptedTransport()) as bridge:

        @bridge.app.get("/teapot")
        async def teapot():
            raise HTTPException(418, "I am a teapot")

        async with bridge.client.get("/teapot") as response:
            assert response.status == 418
            assert (await response.json())["error"] == {"type": "api_error", "message": "I am a teapot"}


async def test_a_client_that_leaves_in_the_middle_of_its_body_is_no_error(serving, caplog):
    async with serving(ScriptedTransport("Hi.")) as bridge:
        reader, writer = await asyncio.open_connection(*bridge.url.removeprefix("http://").split(":"))
        writer.write(b'POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"model":')
        await writer.drain()
        async with bridge.ask() as response:  # the server has read what was written before
            assert response.status == 200
        writer.close()
        await writer.wait_closed()
        del reader
    assert [record for record in caplog.records if record.exc_info] == []


def test_the_plugins_of_the_configuration_are_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.py").write_text("from cgb import hookimpl\n@hookimpl\ndef list_models():\n    return []\n")
    assert create_app(Config(options={"plugins": "./rules.py"})).state.demo is False
    with pytest.raises(PluginError, match=r"there is no file './none\.py'"):
        create_app(Config(options={"plugins": "./none.py"}))


def test_wrong_server_settings_are_refused_before_the_start():
    with pytest.raises(ConfigError, match=r"cgb\.toml: server\.prot: Extra inputs are not permitted\."):
        create_app(Config(file={"server": {"prot": 1}}), plugins=[])


async def test_demo_is_told(serving):
    app = create_app(Config(), plugins=[], demo=True)
    assert app.state.demo is True


async def test_watchers_finish_and_then_transports_close_when_the_server_stops():
    seen, release = [], asyncio.Event()

    @hookimpl
    @asynccontextmanager
    async def open_transport():
        yield ScriptedTransport("Hi.")
        seen.append("closed")

    @hookimpl
    def choose_route(request):
        return Route("mine", "m")

    @hookimpl
    async def request_finished(record):
        await release.wait()
        seen.append(record.stop_reason)

    plugin = SimpleNamespace(
        open_transport=open_transport, choose_route=choose_route, request_finished=request_finished
    )
    app = create_app(Config(), plugins=[plugin_of(plugin, "mine")])
    async with app.router.lifespan_context(app):
        exchange = Exchange(app.state.generations.pipeline, request_of("Hello"), {})
        async with aclosing(exchange.events()) as events:
            assert [event async for event in events]
        exchange.finish()
        asyncio.get_running_loop().call_later(0.05, release.set)
    assert seen == ["end_turn", "closed"]
