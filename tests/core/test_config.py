from collections.abc import Mapping, Sequence
from typing import Annotated

import pytest
from pydantic import Field, SecretStr

from cgb import ConfigError, Env, Settings
from cgb.config import Config, ServerSettings, variables


class Mine(Settings):
    """A plugin's settings."""

    model: Annotated[str, Env("BIG_MODEL", "MODEL")] = "default"
    count: int = Field(default=1, ge=0)
    names: tuple[str, ...] = ()
    table: dict[str, str] = Field(default_factory=dict)
    mapping: Mapping[str, int] = Field(default_factory=dict)
    listed: Sequence[str] | None = None
    key: SecretStr | None = None


def mine(**layers):
    config = Config(**layers)
    return config.plugin_settings({"my-plugin": Mine}, ["my-plugin"])["my-plugin"], config.origins


def refused(**layers):
    with pytest.raises(ConfigError) as caught:
        mine(**layers)
    return str(caught.value)


def in_file(**table):
    return {"plugin": {"my-plugin": table}}


OWN, FURTHER, LAST = "CGB_MY_PLUGIN_MODEL", "BIG_MODEL", "MODEL"


@pytest.mark.parametrize(
    ("layers", "value", "origin"),
    [
        ({}, "default", None),
        ({"file": in_file(model="f")}, "f", "cgb.toml"),
        ({"file": in_file(model="f"), "dotenv": {LAST: "d"}}, "d", ".env MODEL"),
        ({"file": in_file(model="f"), "dotenv": {OWN: "d"}}, "d", f".env {OWN}"),
        ({"dotenv": {OWN: "d"}, "environ": {LAST: "e"}}, "e", "environment MODEL"),
        ({"environ": {FURTHER: "b", LAST: "l"}}, "b", "environment BIG_MODEL"),
        ({"environ": {OWN: "o", FURTHER: "b"}}, "o", f"environment {OWN}"),
        ({"environ": {OWN: ""}, "dotenv": {OWN: "d"}}, "d", f".env {OWN}"),
        ({"environ": {OWN: "o"}, "options": {"plugin.my-plugin.model": "c"}}, "c", "command line"),
    ],
)
def test_each_layer_beats_the_next(layers, value, origin):
    settings, origins = mine(**layers)
    assert settings.model == value
    assert origins.get("plugin.my-plugin.model") == origin


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("COUNT", "5", 5),
        ("NAMES", "a, b,,c", ("a", "b", "c")),
        ("NAMES", '["a,b"]', ("a,b",)),
        ("TABLE", ' {"a": "b"}', {"a": "b"}),
        ("MAPPING", '{"a": 1}', {"a": 1}),
        ("LISTED", "a,b", ["a", "b"]),
        ("MODEL", "[a,b]", "[a,b]"),
    ],
)
def test_a_variable_is_read_as_what_its_field_holds(field, text, value):
    settings, _ = mine(environ={f"CGB_MY_PLUGIN_{field}": text})
    assert getattr(settings, field.lower()) == value


def test_a_wrong_value_is_explained_by_where_it_came_from_and_never_shown():
    assert refused(file=in_file(count=-1)) == (
        "cgb.toml: plugin.my-plugin.count: Input should be greater than or equal to 0."
    )
    assert refused(environ={"CGB_MY_PLUGIN_COUNT": "sesame"}) == (
        "environment CGB_MY_PLUGIN_COUNT: plugin.my-plugin.count: Input should be a valid integer, unable to parse "
        "string as an integer."
    )
    assert refused(options={"plugin.my-plugin.count": "x"}).startswith("command line: plugin.my-plugin.count: ")
    assert refused(file=in_file(names=["a", 5])) == (
        "cgb.toml: plugin.my-plugin.names[1]: Input should be a valid string."
    )
    assert refused(environ={"CGB_MY_PLUGIN_TABLE": '{"a": '}).startswith("environment CGB_MY_PLUGIN_TABLE: ")


def test_an_unknown_field_is_met_with_the_nearest():
    assert refused(file=in_file(modle="x")) == (
        "cgb.toml: plugin.my-plugin.modle: Extra inputs are not permitted. Did you mean 'model'?"
    )


def test_the_file_is_called_by_its_own_name(tmp_path):
    assert refused(file=in_file(modle="x"), path=tmp_path / "other.toml").startswith(f"{tmp_path}/other.toml: plugin.")

    class Strict(Settings):
        """Needs a key."""

        key: SecretStr

    with pytest.raises(ConfigError, match=r"other\.toml: plugin\.a\.key: Field required\."):
        Config(path=tmp_path / "other.toml").plugin_settings({"a": Strict}, ["a"])


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[plugin.my-plugin]\nmodel = "x"\ncount = -1', ":3: plugin.my-plugin.count: Input should be greater than"),
        ("[plugin.my-plugin]\nnames = [\n  'a',\n  5,\n]", ":4: plugin.my-plugin.names[1]: Input should be a valid"),
        ("\n[plugin]\nmy-plugin = { modle = 1 }", ":3: plugin.my-plugin.modle: Extra inputs are not permitted. Did"),
        ("[plugin.hello]\n[plugin.my-plugn]", ":2: plugin.my-plugn: there is no such plugin. Did you mean"),
    ],
)
def test_an_error_in_a_file_names_the_line(tmp_path, toml, said):
    path = tmp_path / "cgb.toml"
    path.write_text(toml)

    with pytest.raises(ConfigError) as caught:
        Config.read(path).plugin_settings({"my-plugin": Mine}, ["my-plugin"])

    assert str(caught.value).startswith(f"{path}{said}")


def test_what_is_lacking_in_a_table_is_told_by_the_tables_line(tmp_path):
    class Strict(Settings):
        """Needs a key."""

        key: SecretStr

    path = tmp_path / "cgb.toml"
    path.write_text("[server]\n\n[plugin.hello]\n")
    config = Config.read(path)

    with pytest.raises(ConfigError, match=r"cgb\.toml:3: plugin\.hello\.key: Field required\."):
        config.plugin_settings({"hello": Strict}, ["hello"])
    with pytest.raises(ConfigError, match=r"cgb\.toml: plugin\.absent\.key: Field required\."):
        config.plugin_settings({"absent": Strict}, ["absent", "hello"])


def test_a_value_from_elsewhere_has_no_line(tmp_path):
    path = tmp_path / "cgb.toml"
    path.write_text("[plugin.my-plugin]\ncount = 1\n")
    config = Config(file=in_file(count=1), environ={"CGB_MY_PLUGIN_COUNT": "x"}, path=path)

    with pytest.raises(ConfigError, match=r"^environment CGB_MY_PLUGIN_COUNT: plugin\.my-plugin\.count: "):
        config.plugin_settings({"my-plugin": Mine}, ["my-plugin"])


def test_a_file_that_is_gone_by_now_has_no_lines(tmp_path):
    assert refused(file=in_file(count=-1), path=tmp_path / "x.toml").startswith(f"{tmp_path}/x.toml: plugin.")


def test_a_table_of_no_plugin_is_refused():
    assert refused(file={"plugin": {"my-plugn": {}}}) == (
        "cgb.toml: plugin.my-plugn: there is no such plugin. Did you mean 'my-plugin'?"
    )


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ({"plugin": 5}, "cgb.toml: plugin: should be a table."),
        ({"plugin": {"my-plugin": 5}}, "cgb.toml: plugin.my-plugin: should be a table."),
    ],
)
def test_what_should_be_a_table_is_one(file, message):
    assert refused(file=file) == message


def test_a_plugin_without_settings_takes_none():
    assert Config().plugin_settings({}, ["plain"]) == {"plain": None}
    with pytest.raises(ConfigError, match=r"^cgb\.toml: plugin\.plain: this plugin has no settings\.$"):
        Config(file={"plugin": {"plain": {"a": 1}}}).plugin_settings({}, ["plain"])


def test_a_table_of_an_installed_plugin_that_is_not_listed_is_left_alone():
    assert Config(file={"plugin": {"hello": {"any": 1}}}).plugin_settings({}, []) == {}


def test_the_server_has_the_references_variables():
    config = Config(environ={"HOST": "::1", "PORT": "9000"}, dotenv={"LOG_LEVEL": "debug", "CGB_SERVER_PORT": "1"})
    assert (config.server.host, config.server.port, config.server.log_level) == ("::1", 9000, "debug")
    assert config.origins == {
        "server.host": "environment HOST",
        "server.port": "environment PORT",
        "server.log_level": ".env LOG_LEVEL",
    }


def test_the_servers_defaults_are_those_of_the_design():
    settings = ServerSettings()
    assert (settings.host, settings.body_limit_mb, settings.hold_status_s, settings.ping_s) == ("127.0.0.1", 64, 45, 10)


def test_keys_come_by_comma_and_are_not_shown():
    config = Config(environ={"CGB_SERVER_API_KEYS": "sesame, other"})
    assert [key.get_secret_value() for key in config.server.api_keys] == ["sesame", "other"]
    assert "sesame" not in repr(config.server)


def test_an_empty_key_is_refused():
    with pytest.raises(ConfigError, match=r"^cgb\.toml: server\.api_keys\[0\]: "):
        Config(file={"server": {"api_keys": [""]}}).server  # noqa: B018 - a property that checks


class Item(Settings):
    """A table in a list."""

    name: str = ""
    not_: bool = Field(default=False, alias="not")


class Nested(Settings):
    """Tables in tables."""

    items: tuple[Item, ...] = ()
    either: int | Item = 0
    named: dict[str, Item] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            {"items": [{}, {"nmae": "x"}]},
            "plugin.a.items[1].nmae: Extra inputs are not permitted. Did you mean 'name'?",
        ),
        ({"items": [{"nto": True}]}, "plugin.a.items[0].nto: Extra inputs are not permitted. Did you mean 'not'?"),
        ({"either": {"nmae": "x"}}, "plugin.a.either"),
        ({"named": {"z": {"nmae": 1}}}, "plugin.a.named.z.nmae: Extra inputs are not permitted. Did you mean 'name'?"),
        ({"itms": []}, "plugin.a.itms: Extra inputs are not permitted. Did you mean 'items'?"),
        ({"items": [{"zzz": 1}]}, "plugin.a.items[0].zzz: Extra inputs are not permitted. Known: name, not."),
    ],
)
def test_an_unknown_key_within_is_met_with_the_nearest_there(table, said):
    with pytest.raises(ConfigError) as caught:
        Config(file={"plugin": {"a": table}}).plugin_settings({"a": Nested}, ["a"])
    assert str(caught.value).startswith(f"cgb.toml: {said}")


def test_one_plugins_settings_can_be_asked_for_alone():
    config = Config(file={"plugin": {"a": {"items": []}, "b": {"x": 1}}})
    assert config.settings_of("a", Nested) == Nested(items=())
    with pytest.raises(ConfigError, match=r"plugin\.b: this plugin has no settings"):
        config.settings_of("b", None)


def test_the_variables_of_a_field():
    assert variables("my-plugin", "model", Mine.model_fields["model"]) == (OWN, FURTHER, LAST)
    assert variables("server", "port", ServerSettings.model_fields["port"]) == ("CGB_SERVER_PORT", "PORT")
