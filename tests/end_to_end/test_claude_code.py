"""The real client, unchanged, does agentic work on Gemini."""

import json
import signal
import sys
import time
from base64 import b64decode
from pathlib import Path

import pytest

from cgb.testing.gemini_server import SimulatedGemini

from .conftest import CLIENT_VERSION, HERE, Bridge, Claude, body, call, client_of, script, wait_until

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
PAGES = (
    'Links: [{"title":"example.com","url":"https://example.com/one"},'
    '{"title":"example.org","url":"https://example.org/two"}]'
)
ALL = "Bash,Read,Write,Edit,Agent"


def events(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines() if line.strip()]


def blocks(out: str, kind: str) -> list[dict[str, object]]:
    """The content blocks of one type, of all messages that `stream-json` printed."""
    messages = [event["message"] for event in events(out) if event["type"] in {"assistant", "user"}]
    contents = [message["content"] for message in messages if isinstance(message["content"], list)]
    return [block for content in contents for block in content if block["type"] == kind]


def test_the_client_is_the_pinned_one(tmp_path: Path) -> None:
    process = client_of("http://127.0.0.1:9", tmp_path).start("--version")
    out, _ = process.communicate(timeout=60)
    assert out.split()[0] == CLIENT_VERSION


def test_a_one_line_answer(claude: Claude) -> None:
    assert claude.ask("Say hello." + script({"text": "Hello from Gemini."})).strip() == "Hello from Gemini."


def test_a_tool_loop_that_writes_reads_edits_and_runs(claude: Claude, gemini: SimulatedGemini) -> None:
    path = str(claude.project / "a.txt")
    out = claude.ask(
        "Do it."
        + script(
            {
                "thoughts": "A file first.",
                "text": "I write.",
                "calls": [call("Write", file_path=path, content="one\ntwo\n")],
            },
            {"calls": [call("Read", file_path=path)]},
            {"calls": [call("Edit", file_path=path, old_string="two", new_string="2")]},
            {"calls": [call("Bash", command="cat a.txt > b.txt; wc -l < b.txt", description="Count lines")]},
            {"text": "The count is ${last}."},
        ),
        "--allowedTools",
        ALL,
    )
    assert out.strip() == "The count is 2."
    assert (claude.project / "b.txt").read_text() == "one\n2\n"
    assert [made.dummies for made in gemini.calls] == [0] * 5


def test_three_parallel_calls(claude: Claude, gemini: SimulatedGemini) -> None:
    commands = [call("Bash", command=f"echo {word}", description="Echo") for word in ("one", "two", "three")]
    out = claude.ask(
        "Do it." + script({"calls": commands}, {"text": "Done."}),
        "--allowedTools", "Bash", "--output-format", "stream-json", "--verbose",
    )  # fmt: skip
    results = {block["tool_use_id"]: block["content"] for block in blocks(out, "tool_result")}
    uses = blocks(out, "tool_use")
    assert [results[use["id"]] for use in uses] == ["one", "two", "three"]
    assert len({use["id"] for use in uses}) == 3
    assert [made.dummies for made in gemini.calls] == [0, 0]


def test_a_subagent(claude: Claude, gemini: SimulatedGemini) -> None:
    inner = "You are the inner one." + script(
        {"calls": [call("Bash", command="echo inner > inner.txt", description="Write")]},
        {"text": "The inner one is done."},
    )
    out = claude.ask(
        "Delegate."
        + script(
            {"calls": [call("Agent", description="inner", prompt=inner, subagent_type="general-purpose")]},
            {"text": "It was started."},
            {"text": "And it ended."},
        ),
        "--allowedTools",
        ALL,
    )
    assert out.strip()
    assert (claude.project / "inner.txt").read_text() == "inner\n"
    assert len(gemini.calls) >= 4


def test_a_session_goes_on(claude: Claude, gemini: SimulatedGemini) -> None:
    path = str(claude.project / "a.txt")
    claude.ask(
        "Write." + script({"calls": [call("Write", file_path=path, content="x")]}, {"text": "Written."}),
        "--allowedTools", ALL,
    )  # fmt: skip
    out = claude.ask("Go on." + script({"text": "I remember it."}), "--continue")
    assert out.strip() == "I remember it."
    parts = [part for content in body(gemini.calls[-1])["contents"] for part in content["parts"]]
    calls = [part for part in parts if "functionCall" in part]
    assert [part["functionCall"]["name"] for part in calls] == ["Write"]
    assert gemini.calls[-1].dummies == 0


def test_thinking_is_shown(claude: Claude) -> None:
    out = claude.ask(
        "Think." + script({"thoughts": "Forty-two, surely.", "text": "42"}),
        "--output-format", "stream-json", "--verbose",
    )  # fmt: skip
    assert [block["thinking"] for block in blocks(out, "thinking")] == ["Forty-two, surely."]
    assert [block["text"] for block in blocks(out, "text")] == ["42"]


@pytest.mark.parametrize("search", ["false", "true"], ids=["tools inline", "tools by search"])
def test_an_mcp_server_with_a_dozen_tools(claude: Claude, gemini: SimulatedGemini, search: str) -> None:
    config = {"mcpServers": {"dozen": {"command": sys.executable, "args": [str(HERE / "mcp_server.py")]}}}
    (claude.project / "mcp.json").write_text(json.dumps(config))
    loading = [{"calls": [call("ToolSearch", query="select:mcp__dozen__echo_03", max_results=5)]}]
    steps = [
        *(loading if search == "true" else []),
        {"calls": [call("mcp__dozen__echo_03", text="from the server", count="2")]},
        {"text": "It said: ${last}"},
    ]
    out = claude.ask(
        "Use it." + script(*steps),
        "--mcp-config", "mcp.json", "--allowedTools", "mcp__dozen__echo_03,ToolSearch",
        ENABLE_TOOL_SEARCH=search, CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS="" if search == "true" else "1",
    )  # fmt: skip
    assert out.strip() == "It said: echo_03: from the server"
    declared = {one["name"] for tool in body(gemini.calls[-1])["tools"] for one in tool["functionDeclarations"]}
    assert len([name for name in declared if name.startswith("mcp__dozen__")]) == (1 if search == "true" else 12)


def test_a_web_search_brings_sources(claude: Claude, gemini: SimulatedGemini) -> None:
    out = claude.ask(
        "Search." + script({"calls": [call("WebSearch", query="bridges")]}, {"text": "Found: ${last}"}),
        "--allowedTools", "WebSearch",
    )  # fmt: skip
    assert PAGES in out
    assert any(body(made).get("tools") == [{"googleSearch": {}}] for made in gemini.calls)


def test_a_picture_that_a_tool_read_is_seen(claude: Claude, gemini: SimulatedGemini, bridge: Bridge) -> None:
    """In its result; LiteLLM's results are words, so that there it stands beside them."""
    picture = claude.project / "dot.png"
    picture.write_bytes(b64decode(DOT))
    claude.ask(
        "Look." + script({"calls": [call("Read", file_path=str(picture))]}, {"text": "Red."}), "--allowedTools", "Read"
    )
    first, *others = body(gemini.calls[-1])["contents"][-1]["parts"]
    seen = first["functionResponse"]["parts"] if bridge.transport == "gemini" else others
    assert [part["inlineData"]["mimeType"] for part in seen] == ["image/png"]


def test_a_client_that_stops_half_way_cancels_upstream(claude: Claude, gemini: SimulatedGemini, bridge: Bridge) -> None:
    logged = len(bridge.log)
    process = claude.start(
        "-p", "Wait." + script({"text": "A long story. " * 20, "chunks": 20, "fault": {"kind": "hang", "after": 2}})
    )
    wait_until(lambda: bool(gemini.calls))
    process.send_signal(signal.SIGINT)
    stopped = time.monotonic()
    wait_until(lambda: gemini.calls[0].cancelled)
    took = time.monotonic() - stopped
    process.wait(30)
    process.communicate()
    assert took < 1.0
    wait_until(lambda: "client left" in bridge.log[logged:])
