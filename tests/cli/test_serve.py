import json
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection

import pytest

from cgb.errors import ConfigError
from cgb_cli.serve import listen

from .conftest import DEADLINE_S, eventually


def test_it_serves_and_tells_of_each_request(serving, echo):
    with serving("--plugins", echo) as bridge:
        status, headers, message = bridge.message()
        assert (status, message["content"][0]["text"]) == (200, "hello")
        assert "server" not in headers
        line = eventually(lambda: re.search(r"^\d\d:\d\d:\d\d  claude-opus.*$", bridge.said(), re.MULTILINE)).group()
        assert re.search(r"claude-opus-5-5 → echo-claude-opus-5-5 .* 1 out .* 200  echo: echoed$", line)
        assert bridge.ask("GET", "/health")[2]["demo"] is False
        assert "plugins echo" in bridge.said()


def test_a_failed_request_is_told(serving, echo):
    with serving("--plugins", echo) as bridge:
        assert bridge.message("broken")[0] == 404
        assert eventually(lambda: "404 not_found_error" in bridge.said())


def test_the_demo_needs_no_key(serving):
    with serving("--demo") as bridge:
        status, _, message = bridge.message()
        assert status == 200
        assert "Simulated Gemini" in message["content"][0]["text"]
        assert "a simulated Gemini answers" in bridge.said()
        assert bridge.ask("GET", "/health")[2]["demo"] is True


def test_without_a_key_it_does_not_start(run):
    done = run("serve", "--port", "0")
    assert done.returncode == 2
    assert done.stderr.startswith("cgb: ")
    assert done.stderr.count("\n") == 1
    assert "GEMINI_API_KEY" in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("options", [("--workers", "2"), ("--reload",)])
def test_other_processes_serve_the_same(serving, echo, options):
    with serving("--plugins", echo, *options) as bridge:
        assert bridge.message()[0] == 200
        assert eventually(lambda: "claude-opus-5-5 → " in bridge.said())


def test_a_changed_plugin_is_loaded_anew(serving, echo, tmp_path):
    with serving("--plugins", echo, "--reload") as bridge:
        assert said_by(bridge) == "hello"
        path = tmp_path / "echo.py"
        path.write_text(path.read_text().replace('"hello"', '"changed"'))
        assert eventually(lambda: said_by(bridge) == "changed")
        assert "Reloading" in bridge.said()


def said_by(bridge):
    try:
        return bridge.message()[2]["content"][0]["text"]
    except OSError:  # the old process may still have taken the connection
        return None


def test_ctrl_c_is_a_quiet_end(serving, echo):
    with serving("--plugins", echo) as bridge:
        assert eventually(bridge.answers)
        bridge.process.send_signal(signal.SIGINT)
        assert bridge.process.wait(20) == 0
        assert "Traceback" not in bridge.said()


SLOW = '''
"""Say one word, and the other once a file is there."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from cgb import Route, Transport, Usage, hookimpl
from cgb.messages import Writer


class Slow(Transport):
    async def send(self, request, route, ctx):
        writer = Writer(request.model)
        for event in (*writer.start(), *writer.text("one ")):
            yield event
        while not Path("go").exists():
            await asyncio.sleep(0.02)
        for event in (*writer.text("two"), *writer.finish("end_turn", Usage(output_tokens=1))):
            yield event


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Slow()


@hookimpl
def choose_route(request):
    return Route("slow", "m")
'''


@contextmanager
def streaming(bridge):
    """A stream that has begun, by its response and its first bytes."""
    connection = HTTPConnection("127.0.0.1", bridge.port, timeout=DEADLINE_S)
    body = {"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "Hello?"}]}
    connection.request("POST", "/v1/messages", json.dumps(body))
    with closing(connection), connection.getresponse() as response:
        begun = b""
        while b"one " not in begun:
            begun += response.read1()
        yield response


def refuses(bridge):
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", bridge.port)):
        return False
    return True


def test_told_to_stop_it_ends_the_streams_that_are_open(serving, tmp_path):
    (tmp_path / "slow.py").write_text(SLOW)
    with serving("--plugins", "slow.py") as bridge:
        with streaming(bridge) as response:
            bridge.process.send_signal(signal.SIGTERM)
            assert eventually(lambda: refuses(bridge))
            assert bridge.process.poll() is None
            (tmp_path / "go").touch()
            rest = response.read()
        assert b"two" in rest
        assert rest.endswith(b'event: message_stop\ndata: {"type":"message_stop"}\n\n')
        assert bridge.process.wait(20) == 0
        assert "Traceback" not in bridge.said()


def test_a_stream_that_is_not_done_in_time_ends_in_an_error(serving, tmp_path, monkeypatch):
    monkeypatch.setenv("CGB_SERVER_DRAIN_S", "0")
    (tmp_path / "slow.py").write_text(SLOW)
    with serving("--plugins", "slow.py") as bridge, streaming(bridge) as response:
        bridge.process.send_signal(signal.SIGTERM)
        rest = response.read()
        assert b"event: error" in rest
        assert b"overloaded_error" in rest
        assert bridge.process.wait(20) == 0
        assert "Traceback" not in bridge.said()


def test_a_changed_configuration_is_taken_over_and_streams_go_on(serving, echo, tmp_path):
    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "cgb.toml").write_text('plugins = "./slow.py"')
    with serving("--watch-config") as bridge, streaming(bridge) as response:
        (tmp_path / "cgb.toml").write_text(f'plugins = "{echo}"')
        assert eventually(lambda: "cgb.toml was taken over" in bridge.said())
        assert answered_at_once(bridge) == "hello"
        (tmp_path / "cgb.toml").write_text('plugins = "nobody"')
        assert eventually(lambda: "cgb.toml was not taken over" in bridge.said())
        assert answered_at_once(bridge) == "hello"
        (tmp_path / "go").touch()
        assert b"two" in response.read()


def answered_at_once(bridge):
    """What a plain request is answered."""
    connection = HTTPConnection("127.0.0.1", bridge.port, timeout=DEADLINE_S)
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello?"}]}
    with closing(connection):
        connection.request("POST", "/v1/messages", json.dumps(body))
        return json.loads(connection.getresponse().read())["content"][0]["text"]


def test_a_port_in_use_is_told_in_a_line(run, echo):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--plugins", echo, "--port", str(port))
    assert done.returncode == 2
    assert done.stderr == (f"cgb: port {port} of 127.0.0.1 is in use. Stop what listens there, or choose --port.\n")


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(ConfigError, match=r"cannot listen on 192\.0\.2\.1"):
        listen("192.0.2.1", 0)


def test_it_listens_on_version_6_too():
    try:
        with listen("::1", 0) as listener:
            assert listener.family is socket.AF_INET6
    except ConfigError:
        pytest.skip("this machine has no IPv6")


def test_starting_imports_neither_litellm_nor_fastapi(echo):
    code = (
        "import sys, os, threading, signal\n"
        "from cgb_cli import main\n"
        "import uvicorn\n"
        "uvicorn.Server.run = lambda self, sockets: print('litellm' in sys.modules, 'fastapi' in sys.modules)\n"
        "main()\n"
    )
    args = ("serve", "--port", "0", "--plugins", f"default,{echo}", "--demo")
    done = subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False False"
