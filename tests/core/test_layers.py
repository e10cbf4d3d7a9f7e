import pytest

from cgb import ConfigError
from cgb.config import Config
from cgb.layers import Layers


@pytest.mark.parametrize(
    ("layers", "plugins", "origin"),
    [
        ({}, "default", None),
        ({"file": {"plugins": "a"}}, "a", "cgb.toml"),
        ({"file": {"plugins": "a"}, "dotenv": {"CGB_PLUGINS": "b"}}, "b", ".env CGB_PLUGINS"),
        ({"dotenv": {"CGB_PLUGINS": "b"}, "environ": {"CGB_PLUGINS": "c"}}, "c", "environment CGB_PLUGINS"),
        ({"environ": {"CGB_PLUGINS": "c"}, "options": {"plugins": "d"}}, "d", "command line"),
    ],
)
def test_the_list_of_plugins_has_the_same_layers(layers, plugins, origin):
    config = Layers(**layers)
    assert config.plugins == plugins
    assert config.origins.get("plugins") == origin


def test_a_list_of_plugins_that_is_no_string_is_refused():
    with pytest.raises(ConfigError, match=r"^cgb\.toml: plugins: should be one string, its names divided by commas\.$"):
        Layers(file={"plugins": ["a", "b"]}).plugins  # noqa: B018 - a property that checks


def test_a_list_that_is_no_string_is_told_with_its_line(tmp_path):
    path = tmp_path / "cgb.toml"
    path.write_text("# plugins\nplugins = []\n")
    with pytest.raises(ConfigError, match=r"cgb\.toml:2: plugins: should be one string"):
        Layers.read(path).plugins  # noqa: B018 - a property that checks


def test_an_option_is_over_the_environment_and_that_over_dotenv():
    layers = Layers(environ={"A": "", "B": "b"}, dotenv={"A": "a", "B": "c"}, options={"x.y": 0})
    assert list(layers.over_file("x.y", ("A", "B"))) == [
        ("command line", 0),
        ("environment B", "b"),
        (".env A", "a"),
        (".env B", "c"),
    ]
    assert list(layers.over_file("x.z", ())) == []


def test_where_a_value_is(tmp_path):
    path = tmp_path / "cgb.toml"
    path.write_text("[server]\nport = 1\n")
    layers = Layers.read(path)
    assert layers.at(("server",), ("port",)) == f"{path}:2"
    assert layers.at(("plugin", "x")) == str(path)
    assert Layers().at(("server",)) == "cgb.toml"


class TestRead:
    @pytest.fixture(autouse=True)
    def here(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("CGB_PLUGINS", raising=False)
        return tmp_path

    def test_nothing_need_be_configured(self):
        config = Config.read()
        assert (config.path, config.file, config.dotenv) == (None, {}, {})
        assert config.plugins == "default"

    def test_the_file_here_is_found(self, here, monkeypatch):
        (here / "cgb.toml").write_text('plugins = "a"\n[server]\nport = 1\n[plugin.hello]\nx = "ä"\n', encoding="utf-8")
        (here / ".env").write_text("A=1\nB\nPORT=2\n")
        monkeypatch.setenv("PORT", "3")
        config = Config.read(options={"server.port": None, "plugins": "b"})
        assert (config.plugins, config.server.port) == ("b", 3)
        assert config.dotenv == {"A": "1", "PORT": "2"}
        assert config.file["plugin"] == {"hello": {"x": "ä"}}
        assert config.origins["server.port"] == "environment PORT"

    def test_another_file_is_read_when_named(self, here):
        (here / "other.toml").write_text("[server]\nport = 7\n")
        config = Config.read(here / "other.toml")
        assert config.server.port == 7
        assert config.origins == {"server.port": str(here / "other.toml")}

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (None, "x.toml: cannot be read: No such file or directory."),
            (b"a = ", "x.toml: is not TOML: Invalid value"),
            (b"\xff", "x.toml: is not TOML: 'utf-8' codec can't decode byte 0xff"),
            (b"pluggins = 'a'", "x.toml: pluggins: means nothing here. Did you mean 'plugins'?"),
            (b"[zzz]", "x.toml: zzz: means nothing here. Known: plugin, plugins, server."),
        ],
    )
    def test_a_file_that_cannot_be_is_explained(self, here, content, message):
        from pathlib import Path

        if content is not None:
            (here / "x.toml").write_bytes(content)
        with pytest.raises(ConfigError) as caught:
            Config.read(Path("x.toml"))
        assert str(caught.value).startswith(message)
