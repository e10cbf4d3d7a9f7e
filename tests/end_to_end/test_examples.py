"""Every example as a stranger has it: wheels in a clean environment, a bridge that lists them, the `anthropic` SDK."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import pytest

from cgb.testing.gemini_server import SimulatedGemini
from cgb_plugins.gemini_guidance import GUIDANCE

from .conftest import KEY, body, client_of, serving
from .installed import TOP, Environment, made, run, uv

EXAMPLES = sorted(path.parent for path in (TOP / "examples").glob("*/pyproject.toml"))
PLUGINS = f"default,extras,{','.join(path.name.removeprefix('cgb-') for path in EXAMPLES)}"
SECRET = "AIza" + "k" * 35
TOOL = {"name": "Read", "description": "Reads a file.", "input_schema": {"type": "object", "properties": {}}}
CLAUDE_CODE = {"user-agent": "claude-cli/2.1.330 (external, cli)"}
SHOUT = "import sys; print(sys.stdin.read().upper(), end='')"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The wheels of the whole workspace, built at once."""
    dist = tmp_path_factory.mktemp("dist")
    run(uv(), "build", "--quiet", "--all-packages", "--wheel", "--no-sources", "--out-dir", dist, cwd=TOP)
    return made(tmp_path_factory.mktemp("environment"), tuple(dist.glob("*.whl")))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the bridge runs: its cgb.toml, and the tape."""
    folder = tmp_path_factory.mktemp("examples")
    (folder / "cgb.toml").write_text(
        f'plugins = "{PLUGINS}"\n'
        '[plugin.hello]\nsentence = "Be friendly."\n'
        '[plugin.split]\nto = "gemini/gemini-2.5-flash"\nshare = 1\nmodels = "claude-sonnet-*"\n'
        f"[plugin.command]\nprogram = {json.dumps([sys.executable, '-c', SHOUT])}\n"
    )
    return folder


def env(service: SimulatedGemini) -> dict[str, str]:
    return {"GOOGLE_GEMINI_BASE_URL": service.url, "GEMINI_API_KEY": KEY, "CGB_GEMINI_REFRESH_MODELS": "0"}


@pytest.fixture(scope="module")
def url(environment: Environment, home: Path, service: SimulatedGemini) -> Iterator[str]:
    with serving(cwd=home, env=env(service), python=environment.python) as url:
        yield url


@pytest.fixture
def client(url: str, gemini: SimulatedGemini) -> Iterator[anthropic.Anthropic]:
    del gemini  # as if it were new
    with anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client:
        yield client


def asking(words: str = "Hello?", model: str = "claude-opus-5-5", **more: Any) -> dict[str, Any]:
    return {"model": model, "max_tokens": 2_000, "messages": [{"role": "user", "content": words}], **more}


def said(message: anthropic.types.Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def system(gemini: SimulatedGemini) -> list[str]:
    """What the service was last told besides the conversation."""
    return [part["text"] for part in body(gemini.calls[-1])["systemInstruction"]["parts"]]


def test_all_are_enabled_in_their_order(client: anthropic.Anthropic) -> None:
    health = json.loads(client.get("/health", cast_to=str))
    names = [plugin["name"] for plugin in health["plugins"]]
    assert names[-6:] == ["short-circuit", "command", "hello", "redact", "split", "tape"]
    assert names[:2] == ["gemini-guidance", "tidy-request"]


def test_hello_adds_its_sentence(client: anthropic.Anthropic, gemini: SimulatedGemini) -> None:
    client.messages.create(**asking(system="Be brief."))
    assert "\n\n".join(system(gemini)) == "Be brief.\n\nBe friendly."


def test_split_sends_a_conversation_elsewhere(client: anthropic.Anthropic, gemini: SimulatedGemini) -> None:
    session = {"x-claude-code-session-id": "one"}
    response = client.messages.with_raw_response.create(**asking(model="claude-sonnet-5", extra_headers=session))
    assert response.headers["cgb-route"] == "gemini/gemini-2.5-flash"
    assert gemini.calls[-1].model == "gemini-2.5-flash"


def test_redact_finds_a_secret_that_comes_in_pieces(client: anthropic.Anthropic, gemini: SimulatedGemini) -> None:
    gemini.reply({"text": f"The key is {SECRET}, I think.", "chunks": 12, "delay": 0.01})
    with client.messages.stream(**asking()) as stream:
        pieces = list(stream.text_stream)
    assert "".join(pieces) == "The key is [redacted], I think."
    assert len(pieces) > 1


def test_command_answers_by_a_program(client: anthropic.Anthropic, gemini: SimulatedGemini) -> None:
    assert said(client.messages.create(**asking("Louder!", model="claude-command"))) == "LOUDER!"
    assert gemini.calls == []
    assert "claude-command" in [model.id for model in client.models.list()]


def test_guidance_reaches_gemini_where_claude_code_works_with_tools(
    client: anthropic.Anthropic, gemini: SimulatedGemini
) -> None:
    client.messages.create(**asking(tools=[TOOL], extra_headers=CLAUDE_CODE))
    assert system(gemini)[-1].endswith(GUIDANCE)
    client.messages.create(**asking(tools=[TOOL]))
    assert GUIDANCE not in "".join(system(gemini))


def test_the_real_client_at_work_is_told_what_to_mind(url: str, gemini: SimulatedGemini, tmp_path: Path) -> None:
    gemini.reply({"text": "Done."})
    assert client_of(url, tmp_path).ask("Say when you are done.") == "Done.\n"
    assert "\n\n".join(system(gemini)).endswith(f"Be friendly.\n\n{GUIDANCE}")


def test_short_circuit_names_a_session(client: anthropic.Anthropic, gemini: SimulatedGemini) -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    form = {"format": {"type": "json_schema", "schema": schema}}
    words = "<session>\nMend the login test\n</session>\n\nName it."
    title = said(client.messages.create(**asking(words, output_config=form, extra_headers=CLAUDE_CODE)))
    assert json.loads(title) == {"title": "Mend the login test"}
    assert gemini.calls == []


def test_tape_answers_again_without_a_network(
    client: anthropic.Anthropic, gemini: SimulatedGemini, environment: Environment, home: Path
) -> None:
    gemini.reply({"text": "Only once."})
    first = client.messages.create(**asking(f"Is {SECRET} a key?"))
    gemini.reset()
    settings = {**env(gemini), "CGB_TAPE_REPLAY": "true"}
    with (
        serving(cwd=home, env=settings, python=environment.python) as url,
        anthropic.Anthropic(base_url=url, api_key="other", max_retries=0) as other,
        other.messages.stream(**asking(f"Is {SECRET} a key?")) as stream,
    ):
        again = stream.get_final_message()
    assert (again.id, said(again), again.usage) == (first.id, "Only once.", first.usage)
    assert gemini.calls == []
    assert SECRET not in "".join(tape.read_text() for tape in (home / "tape").iterdir())
