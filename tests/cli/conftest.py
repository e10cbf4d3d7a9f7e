"""What the command line's tests share: a clean environment, a plugin that needs nobody, a bridge, a fake claude."""

import gc
import json
import logging
import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest
from typer.testing import CliRunner

DEADLINE_S = 30

_SWITCHES = ("logThreads", "logProcesses", "logMultiprocessing", "_srcfile")

ECHO = '''
"""Answer without asking anybody."""

from contextlib import asynccontextmanager

from cgb import Finding, NotFound, Route, Settings, Target, Transport, Usage, hookimpl
from cgb.messages import Writer


class EchoSettings(Settings):
    key: bool = True


class Echo(Transport):
    def __init__(self, settings):
        self._settings = settings

    async def send(self, request, route, ctx):
        if "broken" in route.model:
            raise NotFound("it is broken")
        ctx.note("echoed", "said what was said")
        writer = Writer(request.model)
        for event in (*writer.start(), *writer.text("hello"), *writer.finish("end_turn", Usage(output_tokens=1))):
            yield event

    def target(self, model):
        return Target(context_tokens=123_456 if "opus" in model else 65_432)

    def missing(self):
        return () if self._settings.key else (Finding(ok=False, text="there is no key", fix="set CGB_ECHO_KEY"),)


@hookimpl
def describe_settings():
    return EchoSettings


@hookimpl
@asynccontextmanager
async def open_transport(settings):
    yield Echo(settings)


@hookimpl
def choose_route(request):
    return None if request.model == "claude-fable-5" else Route("echo", f"echo-{request.model}")
'''

_FAKE_CLAUDE = """#!{python}
import json, os, signal, sys, time
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

if "wait" in sys.argv:
    signal.signal(signal.SIGINT, lambda *_: sys.exit(5))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(6))
url = os.environ["ANTHROPIC_BASE_URL"]
health = json.load(build_opener(ProxyHandler({{}})).open(url + "/health"))
said = {{"args": sys.argv[1:], "env": dict(os.environ), "health": health}}
Path({seen!r}).write_text(json.dumps(said))
if "wait" in sys.argv:
    print("waiting", flush=True)
    time.sleep({deadline})
sys.exit(7)
"""

_OURS = re.compile(
    r"_?(CGB|GEMINI|GOOGLE|ANTHROPIC|CLAUDE|HTTPS?_|ALL_|NO_)|(HOST|PORT|LOG_LEVEL|(BIG|SMALL)_MODEL)$", re.IGNORECASE
)


@pytest.fixture(autouse=True)
def _process_as_it_was():
    """Commands that run in this process set up its log and garbage collector for good, and other tests need both."""
    root = logging.getLogger()
    handlers, levels = root.handlers[:], [(logger, logger.level) for logger in (root, logging.getLogger("cgb"))]
    switches = {name: getattr(logging, name) for name in _SWITCHES}
    threshold = gc.get_threshold()
    yield
    root.handlers[:] = handlers
    for logger, level in levels:
        logger.setLevel(level)
    for name, value in switches.items():
        setattr(logging, name, value)
    gc.enable()
    gc.unfreeze()
    gc.set_threshold(*threshold)


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    """An empty working directory and nothing of the developer's environment."""
    monkeypatch.chdir(tmp_path)
    for name in filter(_OURS.match, list(os.environ)):
        monkeypatch.delenv(name)
    # What is printed must reach a pipe at once by itself.
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TMPDIR", str(tmp_path))


@pytest.fixture
def echo(tmp_path):
    """A plugin, as an item of `--plugins`."""
    path = tmp_path / "echo.py"
    path.write_text(ECHO)
    return str(path)


@pytest.fixture
def invoke():
    """Run a command in this process."""
    from cgb_cli.app import app

    return lambda *args: CliRunner().invoke(app, args, prog_name="cgb")


def command(*args):
    return [sys.executable, "-P", "-m", "cgb", *args]


@pytest.fixture
def run():
    """Run a command to its end in a process of its own."""

    def run(*args):
        return subprocess.run(command(*args), capture_output=True, text=True, timeout=DEADLINE_S, check=False)

    return run


def eventually(found):
    """What `found()` returns, as soon as it is something."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        if result := found():
            return result
        time.sleep(0.02)
    raise AssertionError("it never came")


class Served:
    """A bridge in a process of its own."""

    def __init__(self, process, path):
        self.process = process
        self._path = path
        self.port = int(eventually(lambda: re.search(r"listens on http://\S+:(\d+)", self.said())).group(1))
        self.url = f"http://127.0.0.1:{self.port}"

    def said(self):
        return self._path.read_text()

    def ask(self, method, path, body=None):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request(method, path, json.dumps(body) if body else None)
            response = connection.getresponse()
            return response.status, response.headers, json.loads(response.read() or "null")
        finally:
            connection.close()

    def message(self, model="claude-opus-5-5"):
        body = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": "Hello?"}]}
        return self.ask("POST", "/v1/messages", body)

    def answers(self):
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False


@pytest.fixture
def serving(tmp_path):
    """Serve on a free port until the context ends."""

    @contextmanager
    def serving(*args):
        path = tmp_path / "served.txt"
        with path.open("w") as said:
            process = subprocess.Popen(command("serve", "--port", "0", *args), stdout=said, stderr=said)
        try:
            yield Served(process, path)
        finally:
            process.terminate()
            process.wait(DEADLINE_S)

    return serving


@pytest.fixture
def claude(tmp_path, monkeypatch):
    """A `claude` that writes down its arguments, its environment and its bridge's health; returns what it wrote."""
    seen = tmp_path / "seen.json"
    program = tmp_path / "claude"
    program.write_text(_FAKE_CLAUDE.format(python=sys.executable, seen=str(seen), deadline=DEADLINE_S))
    program.chmod(0o755)
    monkeypatch.setenv("CGB_CLAUDE", str(program))
    return lambda: json.loads(seen.read_text()) if seen.exists() else None
