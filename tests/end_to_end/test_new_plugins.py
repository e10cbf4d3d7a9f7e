"""What `cgb plugins new` writes, of each kind: built, installed beside cgb's wheel, tested there, and seen at work."""

import json
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import anthropic
import pytest

from cgb.testing.gemini_server import SimulatedGemini
from cgb_cli.plugins_new import Kind

from .conftest import leading_to, serving
from .installed import Environment, Install, run

NAMES = {kind: f"my-{kind}" for kind in Kind}
WORDS = " ".join(["Say it again."] * 1_000)
"""More than the router takes for short."""
BASH = {"name": "Bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[Kind, Path]:
    """A new package of each kind."""
    work = tmp_path_factory.mktemp("new")
    for kind, name in NAMES.items():
        run(sys.executable, "-m", "cgb", "plugins", "new", name, "--kind", kind, cwd=work)
    return {kind: work / f"cgb-{name}" for kind, name in NAMES.items()}


@pytest.fixture(scope="module")
def environment(install: Install, folders: dict[Kind, Path]) -> Environment:
    return install(*folders.values())


def test_their_own_tests_pass(environment: Environment, folders: dict[Kind, Path]) -> None:
    def tested(folder: Path) -> str:
        return environment.run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=folder)

    with ThreadPoolExecutor(2) as pool:
        for printed in pool.map(tested, folders.values()):
            assert " passed" in printed


def test_a_strangers_mypy_finds_nothing(environment: Environment, folders: dict[Kind, Path], tmp_path: Path) -> None:
    checked = [folder / part for folder in folders.values() for part in ("src", "tests")]
    options = ("--strict", "--config-file", "", "--cache-dir", tmp_path, "--python-executable", environment.python)
    assert "Success" in run(sys.executable, "-m", "mypy", *options, *checked, cwd=tmp_path)


def test_the_packages_say_that_they_are_typed(environment: Environment) -> None:
    (site,) = environment.python.parents[1].glob("lib/python*/site-packages")
    modules = {"cgb", "cgb_plugins", "cgb_cli", *(f"cgb_my_{kind}" for kind in Kind)}
    assert {path.parent.name for path in site.glob("cgb*/py.typed")} == modules


def test_the_wheel_has_every_template(environment: Environment, folders: dict[Kind, Path], tmp_path: Path) -> None:
    for kind, folder in folders.items():
        environment.run("-m", "cgb", "plugins", "new", f"other-{kind}", "--kind", kind, cwd=tmp_path)
        assert files(tmp_path / f"cgb-other-{kind}") == {name.replace("my_", "other_") for name in files(folder)}


def files(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found if not {"__pycache__", ".hypothesis"} & set(path.parts)}


class Ollama(BaseHTTPRequestHandler):
    """A server for the transport."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        said = {"role": "assistant", "content": f"{asked['model']} utilizes Ollama."}
        line = {"message": said, "done": True, "done_reason": "stop", "prompt_eval_count": 5, "eval_count": 4}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(line).encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def ollama() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Ollama) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def client(
    environment: Environment, gemini: SimulatedGemini, ollama: str, tmp_path: Path
) -> Iterator[anthropic.Anthropic]:
    """The SDK, with a bridge that has all five."""
    env = {**leading_to(gemini), "CGB_MY_TRANSPORT_BASE_URL": ollama}
    plugins = ",".join(["default", *NAMES.values()])
    with (
        serving("--plugins", plugins, cwd=tmp_path, env=env, python=environment.python) as url,
        anthropic.Anthropic(base_url=url, api_key="any") as client,
    ):
        yield client


def ask(client: anthropic.Anthropic, words: str, model: str = "claude-opus-5-5", **fields: object) -> list[object]:
    """What the client gets: texts, and the names of tools."""
    user: anthropic.types.MessageParam = {"role": "user", "content": words}
    message = client.messages.create(model=model, max_tokens=500, messages=[user], **fields)  # type: ignore[call-overload]
    return [getattr(block, "text", None) or getattr(block, "name", None) for block in message.content]


def test_each_has_its_effect(client: anthropic.Anthropic, gemini: SimulatedGemini) -> None:
    gemini.reply({"text": "We utilize chunks.", "chunks": 6}, {"text": "Short."})
    assert ask(client, WORDS) == ["We use chunks."]
    assert ask(client, "Hello?") == ["Short."]
    long, short = gemini.calls
    assert (long.model, short.model) == ("gemini-pro-latest", "gemini-flash-lite-latest")
    assert long.body["systemInstruction"]["parts"][-1]["text"].endswith("Answer in British English.")

    gemini.reply({"calls": [{"name": "run_shell_command", "args": {"command": "ls"}}]})
    assert ask(client, WORDS, tools=[BASH]) == ["Bash"]

    assert "claude-my-transport-llama3.2" in [model.id for model in client.models.list(limit=100)]
    assert ask(client, "Hello?", "claude-my-transport-llama3.2") == ["llama3.2 uses Ollama."]
