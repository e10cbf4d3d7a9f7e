import json
import sys

import pytest

from cgb.errors import ConfigError
from cgb_cli import claude

URL = "http://127.0.0.1:1"


def environment(environ, keys=(), tokens=None):
    return claude.environment(environ, URL, keys, tokens)


def test_what_claude_is_told():
    environ, told = environment({"HOME": "/home/me"}, tokens=1_048_576)
    assert environ == {
        "HOME": "/home/me",
        "ANTHROPIC_BASE_URL": URL,
        "ANTHROPIC_AUTH_TOKEN": "cgb",
        "CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY": "1",
        "CLAUDE_CODE_ATTRIBUTION_HEADER": "0",
        "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS": "1",
        "CLAUDE_CODE_MAX_CONTEXT_TOKENS": "1048576",
    }
    assert len(told) == 1
    assert "safety check" in told[0]


def test_what_the_user_has_set_wins():
    theirs = {
        "ANTHROPIC_AUTH_TOKEN": "mine",
        "CLAUDE_CODE_MAX_CONTEXT_TOKENS": "5",
        "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS": "",
        "CLAUDE_CODE_ATTRIBUTION_HEADER": "1",
    }
    environ, told = environment(theirs, ["sk-1"], 9)
    assert theirs.items() <= environ.items()
    assert told == []


def test_the_bridges_first_key_is_the_token():
    assert environment({}, ["sk-1", "sk-2"])[0]["ANTHROPIC_AUTH_TOKEN"] == "sk-1"


def test_a_key_for_anthropic_is_kept_from_claude():
    environ, told = environment({"ANTHROPIC_API_KEY": "sk-ant"}, ["sk-1"])
    assert "ANTHROPIC_API_KEY" not in environ
    assert environ["ANTHROPIC_AUTH_TOKEN"] == "sk-1"
    assert "ANTHROPIC_API_KEY" in told[0]
    assert "sk-ant" not in " ".join(told)


def test_a_key_for_the_bridge_stays_and_is_enough():
    environ, _ = environment({"ANTHROPIC_API_KEY": "sk-1"}, ["sk-1"])
    assert environ["ANTHROPIC_API_KEY"] == "sk-1"
    assert "ANTHROPIC_AUTH_TOKEN" not in environ


def test_a_proxy_is_not_asked_for_loopback():
    assert "127.0.0.1" in environment({"http_proxy": "http://p:1"})[0]["NO_PROXY"]
    assert "NO_PROXY" not in environment({})[0]


def test_our_settings():
    assert claude.arguments(["-p", "hi"]) == (["--settings", '{"skipWebFetchPreflight": true}', "-p", "hi"], [])


@pytest.mark.parametrize("given", [["--settings", '{"a": 1}'], ['--settings={"a": 1}']])
def test_the_users_settings_are_joined_with_ours(given):
    args, told = claude.arguments(["-p", *given, "hi"])
    assert args[0] == "--settings"
    assert json.loads(args[1]) == {"skipWebFetchPreflight": True, "a": 1}
    assert args[2:] == ["-p", "hi"]
    assert told == []


def test_the_users_settings_win():
    args, _ = claude.arguments(["--settings", '{"skipWebFetchPreflight": false}'])
    assert json.loads(args[1]) == {"skipWebFetchPreflight": False}


def test_settings_in_a_file_are_left_alone():
    args, told = claude.arguments(["--settings", "mine.json"])
    assert args == ["--settings", "mine.json"]
    assert "skipWebFetchPreflight" in told[0]


def test_the_model_the_user_asks_for():
    assert claude.model(["--model", "haiku"], {"ANTHROPIC_MODEL": "x"}) == "haiku"
    assert claude.model(["--model=haiku"], {}) == "haiku"
    assert claude.model([], {"ANTHROPIC_MODEL": "x"}) == "x"
    assert not claude.model(["--model"], {})


def test_it_is_found_on_the_path(tmp_path, monkeypatch):
    program = tmp_path / "claude"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert claude.find() == str(program)


def test_where_there_is_none_the_way_to_one_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"not installed.*npm install -g @anthropic-ai/claude-code"):
        claude.find()
    monkeypatch.setenv("CGB_CLAUDE", "nobody")
    with pytest.raises(ConfigError, match="CGB_CLAUDE is 'nobody'"):
        claude.find()


@pytest.mark.parametrize(("code", "exit_code"), [("sys.exit(7)", 7), ("os.kill(os.getpid(), 9)", 137)])
def test_its_exit_code_is_handed_on(code, exit_code):
    assert claude.run([sys.executable, "-c", f"import os, sys; {code}"], {}) == exit_code
