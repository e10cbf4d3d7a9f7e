import pytest

from cgb.config import Config
from cgb_cli import banner
from cgb_cli.banner import address, is_loopback, show
from cgb_cli.preflight import preflight

KEY = "sk-bridge-secret"


@pytest.fixture
def shown(echo, capsys):
    def shown(options=None, *, demo=False):
        config = Config.read(options={"plugins": echo, **(options or {})})
        show(preflight(config), config.server, 8082, demo=demo)
        return capsys.readouterr().out

    return shown


def test_it_says_where_what_and_how_to_start(shown):
    text = shown()
    assert "listens on http://127.0.0.1:8082" in text
    assert "opus    → echo/echo-claude-opus-5-5" in text
    assert "fable   → no plugin has a route" in text
    assert "plugins echo\n" in text
    assert "ANTHROPIC_BASE_URL=http://127.0.0.1:8082 ANTHROPIC_AUTH_TOKEN=cgb claude\n" in text
    assert "demo" not in text
    assert "warning" not in text


def test_a_terminal_has_colours(shown, monkeypatch):
    assert "\x1b" not in shown()
    monkeypatch.setattr(banner, "has_colours", lambda _: True)
    assert "\x1b[36m\x1b[1mhttp://127.0.0.1:8082\x1b[0m" in shown()


def test_a_demo_is_announced(shown):
    assert "a simulated Gemini answers" in shown(demo=True)


def test_an_open_door_is_warned_of(shown):
    text = shown({"server.host": "0.0.0.0"})
    assert "ANTHROPIC_BASE_URL=http://127.0.0.1:8082" in text
    assert "Set CGB_SERVER_API_KEYS" in text


def test_keys_close_the_door_and_are_never_shown(shown, monkeypatch):
    monkeypatch.setenv("CGB_SERVER_API_KEYS", KEY)
    text = shown({"server.host": "0.0.0.0"})
    assert "warning" not in text
    assert KEY not in text
    assert 'ANTHROPIC_AUTH_TOKEN="one of CGB_SERVER_API_KEYS"' in text


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:1"),
        ("::", "http://[::1]:1"),
        ("::1", "http://[::1]:1"),
        ("localhost", "http://localhost:1"),
        ("10.0.0.7", "http://10.0.0.7:1"),
    ],
)
def test_address(host, url):
    assert address(host, 1) == url


def test_is_loopback():
    assert all(map(is_loopback, ("127.0.0.1", "127.1.2.3", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.7", "bridge.lan")))
