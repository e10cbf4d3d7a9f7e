"""`cgb serve` with the default plugins, whose first model fails: another one answers, and is named."""

import re
from collections.abc import Iterator
from pathlib import Path

import anthropic
import pytest

from cgb.testing.gemini_server import SimulatedGemini

from .conftest import serving, wait_until

ASK = {"model": "claude-opus-5-5", "max_tokens": 2_000, "messages": [{"role": "user", "content": "Hello?"}]}
SECOND = "gemini/gemini-flash-latest"


@pytest.fixture
def falling_back(gemini: SimulatedGemini, tmp_path: Path) -> Iterator[anthropic.Anthropic]:
    """A client of a bridge that has a fallback and does not ask the first model again."""
    (tmp_path / "cgb.toml").write_text(
        '[plugin.fallback.routes]\n"gemini/gemini-pro-*" = ["gemini-flash-latest"]\n'
        "[plugin.stream-repair]\nretries = 0\nstreaming_retries = 0\n"
    )
    env = {"GOOGLE_GEMINI_BASE_URL": gemini.url, "GEMINI_API_KEY": "a-test-key", "CGB_GEMINI_REFRESH_MODELS": "0"}
    with (
        serving(cwd=tmp_path, env=env) as url,
        anthropic.Anthropic(base_url=url, api_key="any", max_retries=0) as client,
    ):
        yield client


@pytest.mark.parametrize("fault", [{"kind": "http", "status": 503}, {"kind": "empty-stop"}])
@pytest.mark.parametrize("streamed", [True, False])
def test_another_model_answers_and_is_named(
    falling_back: anthropic.Anthropic, gemini: SimulatedGemini, tmp_path: Path, fault: dict[str, object], streamed: bool
) -> None:
    gemini.reply({"text": "Lost.", "fault": fault}, {"text": "Hello from the second."})

    response = falling_back.messages.with_raw_response.create(**ASK, stream=streamed)

    assert response.headers["cgb-route"] == SECOND
    assert b"Hello from the second." in response.http_response.read()
    assert [call.model for call in gemini.calls] == ["gemini-pro-latest", "gemini-flash-latest"]
    wait_until(lambda: "fallback: fallback" in (tmp_path / "bridge.log").read_text())
    told = (tmp_path / "bridge.log").read_text()
    assert re.search(r"claude-opus-5-5 → gemini-flash-latest \(attempt 2\).* fallback: fallback", told)
    figures = falling_back.get("/metrics", cast_to=str)
    assert 'cgb_notes_total{kind="fallback",plugin="fallback"} 1.0' in figures
    assert f'cgb_routes_total{{outcome="ok",route="{SECOND}"}} 1.0' in figures


def test_when_both_fail_the_first_failure_is_told(falling_back: anthropic.Anthropic, gemini: SimulatedGemini) -> None:
    gemini.reply(
        {"text": "Lost.", "fault": {"kind": "http", "status": 503}},
        {"text": "Lost.", "fault": {"kind": "http", "status": 429}},
    )

    with pytest.raises(anthropic.APIStatusError, match=rf"Other routes were tried: {SECOND} \(rate limit\)") as caught:
        falling_back.messages.create(**ASK)

    assert caught.value.status_code == 529
