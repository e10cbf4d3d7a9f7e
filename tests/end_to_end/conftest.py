"""The real Claude Code and the real `cgb serve`, on loopback, against the simulated Gemini."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from cgb.testing.gemini_server import SimulatedGemini, payload
from cgb.testing.gemini_server.calls import Call

from .installed import install

__all__ = ["install"]

HERE = Path(__file__).parent
CLIENT_VERSION = json.loads((HERE / "package.json").read_text())["dependencies"]["@anthropic-ai/claude-code"]
DEADLINE_S = 60.0
KEY = "a-test-key"


def wait_until(met: Callable[[], bool], seconds: float = DEADLINE_S) -> None:
    """Return as soon as a condition is met, fail when it is not in time."""
    deadline = time.monotonic() + seconds
    while not met():
        if time.monotonic() > deadline:
            pytest.fail(f"not met within {seconds} s: {met}")
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as response:
            return response.status == 200
    except (URLError, OSError):
        return False


@contextmanager
def serving(
    *args: str, cwd: Path, env: dict[str, str] | None = None, python: str | Path = sys.executable
) -> Iterator[str]:
    """`cgb serve` as a newcomer starts it, where that Python has it installed; its address."""
    port = free_port()
    clean = {"PATH": os.environ["PATH"], "HOME": str(cwd), "NO_COLOR": "1", **(env or {})}
    log = (cwd / "bridge.log").open("w")
    process = subprocess.Popen(
        [python, "-m", "cgb", "serve", "--port", str(port), *args],
        cwd=cwd, env=clean, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{url}/health") or process.poll() is not None)
        assert process.poll() is None, (cwd / "bridge.log").read_text()
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(DEADLINE_S)
        log.close()


def leading_to(service: SimulatedGemini) -> dict[str, str]:
    """The environment of a bridge whose Gemini is this service."""
    return {"GOOGLE_GEMINI_BASE_URL": service.url, "GEMINI_API_KEY": KEY, "CGB_GEMINI_REFRESH_MODELS": "0"}


@dataclass(frozen=True)
class Bridge:
    """A bridge that serves, and the transport through which all its requests go."""

    url: str
    transport: str
    home: Path

    @property
    def log(self) -> str:
        """What it has logged."""
        return (self.home / "bridge.log").read_text()

    @property
    def metrics(self) -> str:
        """Its figures."""
        with urlopen(f"{self.url}/metrics", timeout=10) as response:
            text: str = response.read().decode()
            return text


def body(call: Call) -> dict[str, Any]:
    """A call's body as Gemini reads it, in camelCase: LiteLLM writes some members in snake_case."""
    return payload.read("GenerateContentRequest", call.body)


@pytest.fixture(scope="session")
def service() -> Iterator[SimulatedGemini]:
    """The simulated service that all tests ask, one after the other."""
    with SimulatedGemini.in_thread(api_key=KEY) as service:
        yield service


@pytest.fixture
def gemini(service: SimulatedGemini) -> Iterator[SimulatedGemini]:
    """The simulated service as if it were new; after each test it must have recorded no violation."""
    service.reset()
    yield service
    assert service.violations == []


@pytest.fixture(scope="session", params=["gemini", "litellm"])
def running(
    request: pytest.FixtureRequest, service: SimulatedGemini, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bridge]:
    """A bridge with the default plugins for all tests, since LiteLLM's import takes seconds; one for each transport."""
    home = tmp_path_factory.mktemp("bridge")
    (home / "cgb.toml").write_text(f'[plugin.model-map]\ntransport = "{request.param}"\n')
    with serving("--plugins", "default", cwd=home, env=leading_to(service)) as url:
        yield Bridge(url, request.param, home)


@pytest.fixture
def bridge(running: Bridge, gemini: SimulatedGemini) -> Iterator[Bridge]:
    """The bridge; after each test all that reached the service must have come through the transport it stands for."""
    yield running
    through_litellm = [made.headers["user-agent"].startswith("litellm/") for made in gemini.calls]
    assert through_litellm == [running.transport == "litellm"] * len(gemini.calls)


def claude_binary() -> str:
    """The pinned client. It is installed by `npm ci --prefix tests/end_to_end`; without it CI fails, others skip."""
    found = os.environ.get("CGB_CLAUDE") or shutil.which("claude", path=str(HERE / "node_modules" / ".bin"))
    if found:
        return found
    missing = "Claude Code is not installed: npm ci --prefix tests/end_to_end"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


@dataclass(frozen=True)
class Claude:
    """Runs the client in a home and a project of its own."""

    url: str
    home: Path
    project: Path

    def start(self, *args: str, **env: str) -> "subprocess.Popen[str]":
        clean = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "ANTHROPIC_BASE_URL": self.url,
            "ANTHROPIC_AUTH_TOKEN": "a-dummy",
            "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS": "1",
            "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1",
            "DISABLE_AUTOUPDATER": "1",
            **env,
        }
        return subprocess.Popen(
            [claude_binary(), *args], cwd=self.project, env=clean, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, prompt: str, *args: str, **env: str) -> str:
        """One `-p` run to its end; what it printed."""
        with self.start("-p", prompt, *args, **env) as process:
            try:
                out, err = process.communicate(timeout=120)
            finally:
                process.kill()
        assert process.returncode == 0, f"{out}\n{err}"
        return out


@pytest.fixture
def claude(bridge: Bridge, tmp_path: Path) -> Claude:
    """The real client, pointed at the bridge."""
    return client_of(bridge.url, tmp_path)


def client_of(url: str, folder: Path) -> Claude:
    """The real client, as if it were started for the first time."""
    claude_binary()
    home, project = folder / "home", folder / "project"
    home.mkdir()
    project.mkdir()
    return Claude(url, home, project)


def script(*steps: dict[str, object]) -> str:
    """A directive for the simulated service, to stand in a prompt: what it says, step by step."""
    return f"\n@gemini {json.dumps(list(steps))}"


def call(name: str, **args: object) -> dict[str, object]:
    return {"name": name, "args": args}
