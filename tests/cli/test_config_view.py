import json
import tomllib
from pathlib import Path

from cgb import ConfigError
from cgb.config import Config
from cgb_cli.config_view import Table, as_toml, table, to_json, unused


def lines(config, order, tables):
    return ["".join(text for text, _ in line) for line in as_toml(config, order, tables)]


def test_it_is_toml_that_says_the_same():
    config = Config(
        file={"plugins": "a", "server": {"port": 9, "host": 'a"b'}, "plugin": {"c": {}}}, path=Path("x.toml")
    )
    shown = lines(config, ["a", "b"], [table(config, ("server",), lambda: config.server), Table("plugin.a")])
    assert shown[:2] == ['plugins = "a"  # x.toml', "# a → b"]
    assert "port = 9  # x.toml" in shown
    assert 'log_level = "info"  # default' in shown
    assert "# plugin.a has no settings" in shown
    assert shown[-1] == "# x.toml: [plugin.c] counts for nothing: it is not enabled"
    said = tomllib.loads("\n".join(shown))
    assert (said["server"]["port"], said["server"]["host"], said["plugins"]) == (9, 'a"b', "a")


def wrong():
    raise ConfigError("x.toml:1: a\nb")


def test_a_table_that_is_wrong_is_told_in_a_line():
    found = table(Config(), ("plugin", "a"), wrong)
    assert lines(Config(), [], [found])[-2:] == ["[plugin.a]", "# x.toml:1: a b"]
    assert json.loads(to_json(Config(), [], [found]))["tables"] == {"plugin.a": {"error": "x.toml:1: a\nb"}}


def test_what_nobody_set_is_no_value():
    config = Config()
    found = table(config, ("server",), lambda: config.server)
    none = Table("x", tuple(one.__class__("a", None, "default", None, "str", "", ()) for one in found.settings[:1]))
    assert lines(config, [], [none])[-1] == "# a is not set"


def test_programs_get_all_of_it():
    config = Config(environ={"CGB_PLUGINS": "a", "PORT": "9"})
    said = json.loads(to_json(config, ["a"], [table(config, ("server",), lambda: config.server), Table("plugin.a")]))
    assert said["plugins"] == {"value": "a", "origin": "environment CGB_PLUGINS", "order": ["a"]}
    port = said["tables"]["server"]["port"]
    assert (port["value"], port["origin"], port["default"]) == (9, "environment PORT", 8082)
    assert said["tables"]["plugin.a"] is None


def test_a_misspelt_variable_is_told():
    """A misspelt key of cgb.toml is refused; a variable may be somebody else's."""
    names = ("CGB_SERVER_PROT", "CGB_PLUGINS", "CGB_ELSE", "OTHER", "CGB_SERVER_PORT")
    config = Config(environ=dict.fromkeys(names, "1"), dotenv={"CGB_SERVER_HOTS": "x"})
    tables = [table(config, ("server",), lambda: config.server)]
    said = [
        "environment CGB_ELSE sets nothing of an enabled plugin.",
        "environment CGB_SERVER_PROT sets nothing of an enabled plugin. Did you mean CGB_SERVER_PORT?",
        ".env CGB_SERVER_HOTS sets nothing of an enabled plugin. Did you mean CGB_SERVER_HOST?",
    ]
    assert list(unused(config, ["a"], tables)) == said
    assert lines(config, ["a"], tables)[-3:] == [f"# {one}" for one in said]
    assert json.loads(to_json(config, ["a"], tables))["unused"] == said


def test_what_cannot_be_known_is_not_told():
    config = Config(environ={"CGB_A_X": "1"})
    assert not list(unused(config, ["a"], [table(config, ("plugin", "a"), wrong)]))
    assert not list(unused(config, [], [table(config, ("server",), lambda: config.server)]))
