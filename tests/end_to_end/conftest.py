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
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from cgb.testing.gemini_server import SimulatedGemini

HERE = Path(__file__).parent
CLIENT_VERSION = json.loads((HERE / "package.json").read_text())["dependencies"]["@anthropic-ai/claude-code"]
DEADLINE_S = 60.0


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
def serving(*args: str, cwd: Path, env: dict[str, str] | None = None) -> Iterator[str]:
    """`cgb serve` as a newcomer starts it; its address."""
    port = free_port()
    clean = {"PATH": os.environ["PATH"], "HOME": str(cwd), "NO_COLOR": "1", **(env or {})}
    log = (cwd / "bridge.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "cgb", "serve", "--port", str(port), *args],
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


@pytest.fixture
def gemini() -> Iterator[SimulatedGemini]:
    """The simulated service; after each test it must have recorded no violation."""
    with SimulatedGemini.in_thread(api_key="a-test-key") as service:
        yield service
        assert service.violations == []


@pytest.fixture
def bridge(gemini: SimulatedGemini, tmp_path: Path) -> Iterator[str]:
    """The address of a bridge with the default plugins, that leads to the simulated service."""
    home = tmp_path / "bridge"
    home.mkdir()
    env = {"GOOGLE_GEMINI_BASE_URL": gemini.url, "GEMINI_API_KEY": "a-test-key", "CGB_GEMINI_REFRESH_MODELS": "0"}
    with serving("--plugins", "default", cwd=home, env=env) as url:
        yield url


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
        process = self.start("-p", prompt, *args, **env)
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
        assert process.returncode == 0, f"{out}\n{err}"
        return out


@pytest.fixture
def claude(bridge: str, tmp_path: Path) -> Claude:
    """The real client, pointed at the bridge."""
    claude_binary()
    home, project = tmp_path / "home", tmp_path / "project"
    home.mkdir()
    project.mkdir()
    return Claude(bridge, home, project)


def script(*steps: dict[str, object]) -> str:
    """A directive for the simulated service, to stand in a prompt: what it says, step by step."""
    return f"\n@gemini {json.dumps(list(steps))}"


def call(name: str, **args: object) -> dict[str, object]:
    return {"name": name, "args": args}
