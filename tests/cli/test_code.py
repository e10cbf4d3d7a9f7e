import os
import signal
import subprocess
from http.client import HTTPConnection

import pytest

from .conftest import DEADLINE_S, command


def test_claude_runs_on_a_bridge_of_its_own(run, claude, echo):
    done = run("code", "--plugins", echo, "--", "-p", "hi")
    assert done.returncode == 7, done.stderr
    seen = claude()
    assert seen["args"] == ["--settings", '{"skipWebFetchPreflight": true}', "-p", "hi"]
    assert seen["health"]["plugins"][0]["name"] == "echo"
    assert seen["env"]["CLAUDE_CODE_MAX_CONTEXT_TOKENS"] == "123456"
    assert seen["env"]["ANTHROPIC_AUTH_TOKEN"] == "cgb"
    assert "safety check" in done.stderr
    assert not done.stdout
    assert is_gone(seen["env"]["ANTHROPIC_BASE_URL"])


def test_the_context_window_is_that_of_the_model_asked_for(run, claude, echo):
    run("code", "--plugins", echo, "--", "--model", "haiku")
    assert claude()["env"]["CLAUDE_CODE_MAX_CONTEXT_TOKENS"] == "65432"


def test_the_demo(run, claude):
    assert run("code", "--demo").returncode == 7
    assert claude()["health"]["demo"] is True


def test_a_running_bridge_is_used_and_left_running(run, claude, serving, echo, monkeypatch):
    monkeypatch.setenv("CGB_SERVER_API_KEYS", "sk-1")
    with serving("--plugins", echo) as bridge:
        monkeypatch.setenv("PORT", str(bridge.port))
        monkeypatch.setenv("CGB_PLUGINS", echo)
        done = run("code")
        assert done.returncode == 7, done.stderr
        assert f"the bridge that runs at {bridge.url}" in done.stderr
        assert claude()["env"]["ANTHROPIC_BASE_URL"] == bridge.url
        assert claude()["env"]["ANTHROPIC_AUTH_TOKEN"] == "sk-1"
        assert claude()["env"]["CLAUDE_CODE_MAX_CONTEXT_TOKENS"] == "123456"
        assert "sk-1" not in done.stderr
        assert bridge.answers()


def test_a_list_of_plugins_wants_a_bridge_of_its_own(run, claude, serving, echo, monkeypatch):
    with serving("--plugins", echo) as bridge:
        monkeypatch.setenv("PORT", str(bridge.port))
        assert run("code", "--plugins", echo).returncode == 7
        assert claude()["env"]["ANTHROPIC_BASE_URL"] != bridge.url


def test_the_users_own_address_wins(run, claude, serving, echo, monkeypatch):
    with serving("--plugins", echo) as bridge:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", bridge.url)
        assert run("code").returncode == 7
        assert claude()["env"]["ANTHROPIC_BASE_URL"] == bridge.url


@pytest.mark.usefixtures("claude")
@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "where no bridge answers. Start one there, or unset it."),
        (("--demo",), "but --demo and --plugins start another bridge. Unset it."),
    ],
)
def test_an_address_that_leads_elsewhere_is_told(run, monkeypatch, args, said):
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    done = run("code", *args)
    assert (done.returncode, done.stderr) == (2, f"cgb: ANTHROPIC_BASE_URL is http://127.0.0.1:9, {said}\n")


@pytest.mark.usefixtures("claude")
def test_a_missing_key_is_told_before_claude_starts(run, claude, echo, monkeypatch):
    monkeypatch.setenv("CGB_ECHO_KEY", "false")
    done = run("code", "--plugins", echo)
    assert (done.returncode, done.stderr) == (2, "cgb: there is no key: set CGB_ECHO_KEY\n")
    assert claude() is None


def test_without_claude_the_way_to_one_is_told(run, monkeypatch):
    monkeypatch.setenv("CGB_CLAUDE", "nobody")
    done = run("code", "--demo")
    assert done.returncode == 2
    assert "npm install -g @anthropic-ai/claude-code" in done.stderr


@pytest.mark.parametrize(("number", "to_all", "exit_code"), [(signal.SIGINT, True, 5), (signal.SIGTERM, False, 6)])
def test_claude_decides_what_a_signal_means(claude, echo, number, to_all, exit_code):
    process = subprocess.Popen(
        command("code", "--plugins", echo, "--", "wait"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with process:
        assert process.stdout.readline() == b"waiting\n"
        # A terminal sends Ctrl-C to everybody in the foreground; kill sends to one.
        (os.killpg if to_all else os.kill)(process.pid, number)
        assert process.wait(DEADLINE_S) == exit_code
    assert is_gone(claude()["env"]["ANTHROPIC_BASE_URL"])


def is_gone(url):
    connection = HTTPConnection(url.removeprefix("http://"))
    with pytest.raises(ConnectionRefusedError):
        connection.connect()
    return True
