"""The real client works through ten steps while every third call of Gemini fails, each time in another way."""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import pytest

from cgb.testing.gemini_server import Chaos, SimulatedGemini
from cgb.testing.gemini_server.calls import Call
from cgb.testing.gemini_server.chaos import Kind

from .conftest import Claude, call, claude_binary, script, serving

LOST: Sequence[Kind] = (
    {"kind": "cut", "at": "first"},
    {"kind": "eof_mid_call", "at": "call"},
    {"kind": "cut_reset", "at": "thinking"},
    {"kind": "cut", "at": "call"},
)
REFUSED: Sequence[Kind] = (
    {"kind": "unavailable", "at": "first"},
    {"kind": "http", "status": 429, "retryDelay": "0.25s", "at": "first"},
    {"kind": "error_frame", "at": "text"},
    {"kind": "bad_gateway", "at": "first"},
    {"kind": "error_array", "at": "thinking"},
)
SPOILT: Sequence[Kind] = (
    {"kind": "malformed", "at": "thinking"},
    {"kind": "empty", "at": "first"},
    {"kind": "recitation", "at": "thinking"},
    {"kind": "garbage_line", "at": "text"},
    {"kind": "no_candidates", "at": "last"},
)
SILENT: Sequence[Kind] = (
    {"kind": "hang", "at": "text"},
    {"kind": "hang_headers", "at": "first"},
    {"kind": "thoughts_ate_budget", "at": "thinking"},
    {"kind": "unexpected_tool_call", "at": "thinking"},
    {"kind": "cut_mid_utf8", "at": "last"},
)
SIGNATURES: Sequence[Kind] = (
    {"kind": "signature_corrupted", "at": "first"},
    {"kind": "missing_thought_signature", "at": "thinking"},
    {"kind": "cut", "at": "text"},
    {"kind": "internal", "at": "first"},
    {"kind": "gzip_cut", "at": "text"},
)
SETTINGS = """
[plugin.stream-repair]
backoff_s = 0.01
[plugin.gemini]
request_timeout = 1.5
refresh_models = false
"""
DONE = "All ten steps are done: the answer is 42."


@dataclass(frozen=True)
class Scene:
    """The client, the bridge it asks, and the service behind."""

    claude: Claude
    gemini: SimulatedGemini

    @property
    def requests(self) -> int:
        """How many answers the client asked the bridge for."""
        with urlopen(f"{self.claude.url}/metrics", timeout=10) as response:
            text = response.read().decode()
        return int(sum(map(float, re.findall(r"^cgb_requests_total\{.*\} (\S+)$", text, re.MULTILINE))))

    @property
    def faulty(self) -> list[Call]:
        return [made for made in self.gemini.calls if made.fault]


@contextmanager
def failing(kinds: Sequence[Kind], tmp_path: Path) -> Iterator[Scene]:
    """A bridge to a service of which every third call fails."""
    bridge, home, project = (tmp_path / name for name in ("bridge", "home", "project"))
    for folder in (bridge, home, project):
        folder.mkdir()
    (bridge / "cgb.toml").write_text(SETTINGS)
    with SimulatedGemini.in_thread(api_key="a-test-key", faults=Chaos(kinds, every=3)) as gemini:
        env = {"GOOGLE_GEMINI_BASE_URL": gemini.url, "GEMINI_API_KEY": "a-test-key"}
        with serving("--plugins", "default", cwd=bridge, env=env) as url:
            yield Scene(Claude(url, home, project), gemini)


def steps(project: Path) -> list[dict[str, object]]:
    """Ten steps, each of which would be seen on disk if it were done twice or not at all."""
    notes = str(project / "notes.txt")
    commands = [f"echo {number} >> steps.txt; cat notes.txt >> notes.txt.all" for number in range(4, 11)]
    calls = [
        call("Write", file_path=notes, content="one\ntwo\n"),
        call("Read", file_path=notes),
        call("Edit", file_path=notes, old_string="two", new_string="two two"),
        *(call("Bash", command=command, description="Append a line") for command in commands),
    ]
    return [
        {
            "thoughts": f"This is step {number} of ten, and I think about it for a while before I do it.",
            "text": f"Now comes step {number} of ten, about which there are some words to say: ä, €, 😀.",
            "calls": [one],
        }
        for number, one in enumerate(calls, 1)
    ]


def blocks(out: str, kind: str) -> list[dict[str, object]]:
    """The content blocks of one type, of all messages that `stream-json` printed."""
    printed = [json.loads(line) for line in out.splitlines() if line.strip()]
    contents = [event["message"]["content"] for event in printed if event["type"] in {"assistant", "user"}]
    return [block for content in contents if isinstance(content, list) for block in content if block["type"] == kind]


@pytest.mark.parametrize(
    "kinds",
    [LOST, REFUSED, SPOILT, SILENT, SIGNATURES],
    ids=["lost", "refused", "spoilt", "silent", "signatures"],
)
def test_ten_steps_while_every_third_call_fails(kinds: Sequence[Kind], tmp_path: Path) -> None:
    """Each step is done once, the text comes as it is, and the client never had to ask again by itself."""
    claude_binary()
    with failing(kinds, tmp_path) as scene:
        project = scene.claude.project
        todo = steps(project)
        last = {"thoughts": "Those were all of them, I think.", "text": DONE}
        out = scene.claude.ask(
            "Do the ten steps." + script(*todo, last),
            "--allowedTools", "Bash,Read,Write,Edit", "--output-format", "stream-json", "--verbose",
        )  # fmt: skip
        requests = scene.requests

    assert json.loads(out.splitlines()[-1])["result"] == DONE
    assert (project / "notes.txt").read_text() == "one\ntwo two\n"
    assert (project / "steps.txt").read_text().split() == [str(number) for number in range(4, 11)]
    assert (project / "notes.txt.all").read_text() == "one\ntwo two\n" * 7
    uses = blocks(out, "tool_use")
    assert [use["name"] for use in uses] == [step["calls"][0]["name"] for step in todo]  # type: ignore[index]
    assert len({use["id"] for use in uses}) == 10
    assert [block["text"] for block in blocks(out, "text")] == [*(step["text"] for step in todo), DONE]
    assert not [result for result in blocks(out, "tool_result") if result.get("is_error")]

    assert scene.gemini.violations == []
    assert [made.fault for made in scene.faulty] == [kind["kind"] for kind in kinds]  # type: ignore[index]
    if kinds is not SIGNATURES:
        assert [made.dummies for made in scene.gemini.calls] == [0] * len(scene.gemini.calls)
    retries = requests - len(todo) - 1
    sys.stdout.write(f"{len(scene.gemini.calls)} calls, {len(scene.faulty)} failed, {retries} client retries\n")
    assert retries == 0, "the client had to ask again by itself"
