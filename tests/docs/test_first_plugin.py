"""Whoever follows the page gets what it says: every command is run, every file is written."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs/first-plugin.md"
BLOCK = re.compile(r"(?:^`(?P<file>[\w./]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
PORT = "8082"
DEADLINE_S = 120


@dataclass
class Reader:
    """Somebody who follows the page, in an empty folder, with uv and cgb."""

    folder: Path
    env: dict[str, str]
    servers: list[subprocess.Popen[str]] = field(default_factory=list)

    def write(self, file: str, text: str) -> None:
        (self.folder / file).write_text(text, encoding="utf-8")

    def run(self, command: str) -> str:
        """What a command prints; a server goes on in the background."""
        if command.startswith("cd "):
            self.folder /= command.removeprefix("cd ")
            return ""
        command = command.replace(PORT, self.env["PORT"])
        if "cgb serve" in command:
            with (self.folder / "server.log").open("w") as log:
                self.servers.append(
                    subprocess.Popen(command.split(), cwd=self.folder, env=self.env, stdout=log, stderr=log)
                )
            self.wait_for_server()
            return ""
        done = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.env, text=True, timeout=DEADLINE_S, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        return done.stdout

    def wait_for_server(self) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not self.answers():
            said = (self.folder / "server.log").read_text()
            assert self.servers[-1].poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.05)

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", int(self.env["PORT"]), timeout=DEADLINE_S)
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def stop(self) -> None:
        for server in self.servers:
            server.terminate()
            server.wait(DEADLINE_S)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("uv is not on PATH: pip install uv")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    subprocess.run([uv, "build", "--quiet", "--wheel", "--out-dir", tmp_path / "dist", TOP], check=True)
    path = os.pathsep.join([str(Path(sys.executable).parent), str(Path(uv).parent), os.environ["PATH"]])
    ours = {name for name in os.environ if re.match(r"VIRTUAL_ENV|PYTHONPATH|CGB_|GEMINI_|GOOGLE_|UV_PROJECT", name)}
    clean = {name: value for name, value in os.environ.items() if name not in ours}
    # As if this version were published: uv takes it from there, and all else from where it always does.
    env = {**clean, "PATH": path, "UV_FIND_LINKS": str(tmp_path / "dist"), "PORT": str(port), "NO_COLOR": "1"}
    reader = Reader(tmp_path, env)
    yield reader
    reader.stop()


def shown(expected: str, output: str) -> bool:
    """Whether what a command printed has the lines that the page shows, in their order; … is anything."""
    patterns = (".*".join(map(re.escape, line.split("…"))) for line in expected.splitlines() if line)
    return re.search(r"(.*\n)*?.*".join(patterns), output) is not None


def test_the_page(reader: Reader) -> None:
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if block["language"] == "console":
            for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block["text"], re.MULTILINE):
                output = reader.run(command)
                assert shown(expected, output), f"{command}\n{output}"
        else:
            assert block["file"], f"no file is named for\n{block['text']}"
            reader.write(block["file"], block["text"])


def test_what_is_not_printed_is_missed() -> None:
    assert shown("a…c\nd\n", "x\nabc\nmore\nd.\n")
    assert not shown("a…c\nd\n", "d\nabc\n")
    assert not shown("a…c\n", "a\nc\n")
