import os

from cgb.config import Config
from cgb_cli.demo import simulated_gemini


def test_nothing_happens_unless_wanted():
    before = dict(os.environ)
    with simulated_gemini(wanted=False):
        assert dict(os.environ) == before


def test_everything_that_asks_gemini_asks_the_simulation(monkeypatch, tmp_path):
    monkeypatch.setenv("GEMINI_API_KEY", "real")
    monkeypatch.setenv("CGB_GEMINI_API_KEY", "real too")
    monkeypatch.setenv("CGB_GEMINI_BASE_URL", "https://real")
    (tmp_path / ".env").write_text("CGB_GEMINI_BASE_URL=https://real\nGOOGLE_API_KEY=real\nHTTPS_PROXY=http://p:1\n")
    (tmp_path / "cgb.toml").write_text('[plugin.gemini]\nbase_url = "https://real"\napi_key = "real"\n')
    before = dict(os.environ)
    with simulated_gemini(wanted=True):
        settings = gemini_settings()
        assert settings.base_url.startswith("http://127.0.0.1:")
        assert settings.api_key.get_secret_value() == "demo"
        assert "127.0.0.1" in os.environ["NO_PROXY"]
    assert dict(os.environ) == before


def gemini_settings():
    from cgb_plugins.gemini import describe_settings

    return Config.read().plugin_settings({"gemini": describe_settings()}, ["gemini"])["gemini"]
