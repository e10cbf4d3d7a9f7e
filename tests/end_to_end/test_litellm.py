"""What `cgb serve` does with LiteLLM beyond Gemini: other providers' models, and the wait for its import."""

import asyncio
import json
import re
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import anthropic

from cgb.testing.gemini_server import SimulatedGemini
from cgb.testing.openai_server import SimulatedOpenAI

from .conftest import KEY, call, client_of, leading_to, serving

ASK = {"model": "claude-opus-5-5", "max_tokens": 2_000, "messages": [{"role": "user", "content": "Hello?"}]}
ROUTED = """
[[plugin.routing.rules]]
name = "sonnets are another's"
when = {{ model = "claude-sonnet-*" }}
to = "litellm/openai/gpt-5-simulated"

[plugin.litellm.api_keys]
"openai/*" = "{key}"

[plugin.litellm.extra."openai/*"]
api_base = "{url}/v1"
"""
IMPATIENT = """
[plugin.model-map]
transport = "litellm"

[server]
hold_status_s = 0.2
ping_s = 0.2
"""


async def test_the_client_s_tool_loop_on_a_model_of_another_provider(gemini: SimulatedGemini, tmp_path: Path) -> None:
    """By a routing rule; the first request waits for LiteLLM's import."""
    home = tmp_path / "bridge"
    home.mkdir()
    async with SimulatedOpenAI(api_key=KEY) as openai:
        (home / "cgb.toml").write_text(ROUTED.format(key=KEY, url=openai.url))
        claude = client_of("", tmp_path)
        path = claude.project / "a.txt"
        commands = [call("Bash", command=f"echo {word}", description="Echo") for word in ("one", "two")]
        openai.reply(
            {
                "reasoning": "A file first.",
                "text": "I write.",
                "calls": [call("Write", file_path=str(path), content="x\n")],
            },
            {"calls": [call("Read", file_path=str(path))], "chunks": 5},
            {"calls": commands, "chunks": 5, "interleaved": True},
            {"text": "All is done.", "chunks": 3},
        )

        def ask() -> str:
            with serving(cwd=home, env=leading_to(gemini)) as url:
                return replace(claude, url=url).ask(
                    "Do it.", "--model", "sonnet", "--allowedTools", "Bash,Read,Write",
                    "--output-format", "stream-json", "--verbose",
                )  # fmt: skip

        out = await asyncio.to_thread(ask)

    assert json.loads(out.splitlines()[-1])["result"] == "All is done."
    assert path.read_text() == "x\n"
    assert openai.violations == []
    assert gemini.calls == []
    assert [made.body["model"] for made in openai.calls] == ["gpt-5-simulated"] * 4
    *_, called, first, second = openai.calls[-1].body["messages"]
    assert [one["id"] for one in called["tool_calls"]] == [first["tool_call_id"], second["tool_call_id"]]
    assert [first["content"], second["content"]] == ["one", "two"]
    log = (home / "bridge.log").read_text()
    assert len(re.findall(r"claude-sonnet-\S+ → openai/gpt-5-simulated .* 200", log)) == 4


def test_a_client_hears_from_the_bridge_while_litellm_is_imported(gemini: SimulatedGemini, tmp_path: Path) -> None:
    (tmp_path / "cgb.toml").write_text(IMPATIENT)
    log = tmp_path / "bridge.log"
    heard = []
    gemini.reply({"text": "Hello from Gemini."})
    with (
        serving(cwd=tmp_path, env=leading_to(gemini)) as url,
        anthropic.Anthropic(base_url=url, api_key="any") as client,
        client.messages.with_streaming_response.create(**ASK, stream=True) as response,
    ):
        lines = response.iter_lines()
        for line in lines:
            if line == "event: ping":
                heard.append((time.monotonic(), log.read_text()))
            if line == "event: message_start":
                break
        rest = "\n".join(lines)
    waiting = [moment for moment, told in heard if "importing LiteLLM" in told and "was imported" not in told]
    assert len(waiting) > 3
    assert max(later - earlier for earlier, later in pairwise(waiting)) < 3
    assert "Hello from Gemini." in rest
    assert re.search(r"LiteLLM was imported in \d", log.read_text())
