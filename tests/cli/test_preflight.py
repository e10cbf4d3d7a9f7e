import pytest

from cgb.config import Config
from cgb.errors import ConfigError
from cgb_cli.preflight import FAMILIES, Way, preflight


def test_it_tells_where_the_models_go(echo):
    found = preflight(Config.read(options={"plugins": echo}))
    assert [plugin.name for plugin in found.plugins] == ["echo"]
    assert list(found.ways) == list(FAMILIES)
    assert str(found.ways["opus"]) == "echo/echo-claude-opus-5-5"
    assert found.ways["opus"].target.context_tokens == 123_456
    assert "no plugin has a route for the model 'claude-fable-5'" in str(found.ways["fable"])
    found.demand_nothing()


def test_it_tells_of_other_models_too(echo):
    found = preflight(Config.read(options={"plugins": echo}), {"main": "mine"})
    assert found.ways["main"].route.model == "echo-mine"


def test_it_tells_what_is_lacking_on_the_way(echo, monkeypatch):
    monkeypatch.setenv("CGB_ECHO_KEY", "false")
    found = preflight(Config.read(options={"plugins": echo}))
    with pytest.raises(ConfigError, match="there is no key: set CGB_ECHO_KEY"):
        found.demand_nothing()


def test_what_no_model_needs_may_be_lacking(echo, monkeypatch):
    monkeypatch.setenv("CGB_ECHO_KEY", "false")
    found = preflight(Config.read(options={"plugins": echo}), {"fable": FAMILIES["fable"]})
    found.demand_nothing()


def test_a_transport_that_nobody_opens_is_a_problem(tmp_path):
    path = tmp_path / "astray.py"
    path.write_text("from cgb import Route, hookimpl\n@hookimpl\ndef choose_route(): return Route('mars', 'x')\n")
    found = preflight(Config.read(options={"plugins": str(path)}))
    problem = "mars/x: no plugin of the list opens this transport"
    assert found.ways["opus"] == Way("claude-opus-5-5", problem=problem)
