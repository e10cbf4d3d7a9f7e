import asyncio
import subprocess
import sys
from contextlib import aclosing, asynccontextmanager
from types import SimpleNamespace

import orjson
import pytest

from cgb import ConfigError, PluginError, Route, hookimpl
from cgb.config import Config
from cgb.exchange import Exchange
from cgb.server import create_app
from cgb.testing import ScriptedTransport, plugin_of, request_of


async def test_a_bug_is_an_error_in_anthropics_shape_and_logged(serving, caplog):
    async with serving(ScriptedTransport("Hi.")) as bridge:
        generations = bridge.app.state.generations
        bridge.app.state.generations = None
        async with bridge.ask() as response:
            assert response.status == 500
            body = await response.json()
        assert body["error"]["type"] == "api_error"
        assert body["error"]["message"] == "cgb itself failed: AttributeError; its log has the traceback."
        assert body["request_id"] == response.headers["request-id"]
        bridge.app.state.generations = generations
        async with bridge.ask() as response:
            assert response.status == 200
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [AttributeError]


async def test_below_a_path_it_answers_too(hello):
    """Mounted in another application, as ASGI's `root_path` says."""
    app = create_app(Config(), plugins=[plugin_of(ScriptedTransport("Hi."))])
    sent, unread = [], [{"type": "http.request", "body": orjson.dumps(hello)}]

    async def receive():
        if not unread:
            await asyncio.Event().wait()
        return unread.pop()

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "root_path": "/bridge", "path": "/bridge/v1/messages"}
    scope |= {"headers": [], "query_string": b"", "scheme": "http", "server": ("test", 80), "http_version": "1.1"}
    async with app.life():
        await app(scope, receive, send)
    assert sent[0]["status"] == 200
    assert orjson.loads(sent[1]["body"])["content"][0]["text"] == "Hi."


async def test_a_websocket_is_refused():
    app, sent = create_app(Config(), plugins=[]), []

    async def send(message):
        sent.append(message["type"])

    await app({"type": "websocket", "path": "/v1/messages", "headers": [], "query_string": b""}, None, send)
    assert sent == ["websocket.close"]


def test_fastapi_is_imported_by_the_first_who_needs_it():
    code = (
        "import asyncio, sys\n"
        "from cgb.config import Config\n"
        "from cgb.server import create_app\n"
        "app = create_app(Config(), plugins=[])\n"
        "async def main():\n"
        "    async with app.life():\n"
        "        print('fastapi' in sys.modules)\n"
        "        first, second = await asyncio.gather(app.fastapi(), app.fastapi())\n"
        "        print(first is second, 'aiohttp' in sys.modules)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True", "False"]


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
    async with app.life():
        exchange = Exchange(app.state.generations.pipeline, request_of("Hello"), {})
        async with aclosing(exchange.events()) as events:
            assert [event async for event in events]
        exchange.finish()
        asyncio.get_running_loop().call_later(0.05, release.set)
    assert seen == ["end_turn", "closed"]
