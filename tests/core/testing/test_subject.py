from types import SimpleNamespace

import pytest

from cgb import ConfigError, PluginError, Settings, hookimpl
from cgb.config import Config
from cgb.testing.subject import Subject, plugin_named

SOURCE = """
from cgb import hookimpl

@hookimpl
def rewrite_request(request):
    return request
"""


class Needy(Settings):
    to: str
    share: float = 0.5


def needy():
    return SimpleNamespace(__name__="needy", describe_settings=hookimpl(lambda: Needy))


def test_a_plugin_is_found_by_name_by_path_or_given(tmp_path):
    path = tmp_path / "my_rules.py"
    path.write_text(SOURCE)
    assert Subject.of("hello").name == "hello"
    assert Subject.of(path).name == Subject.of(str(path)).name == "my-rules"
    assert list(Subject.of(path).steps) == ["rewrite_request"]
    assert plugin_named(needy()).name == "needy"


@pytest.mark.parametrize("given", ["nobody", "default", "./nowhere.py", SimpleNamespace(__name__="empty")])
def test_what_is_not_one_plugin_is_refused(given):
    with pytest.raises(PluginError):
        Subject.of(given)


@pytest.mark.parametrize(
    "settings",
    [
        {"to": "a"},
        Needy(to="a"),
        Config(file={"plugin": {"needy": {"to": "a"}, "somebody-else": {"x": 1}}}),
        Config(environ={"CGB_NEEDY_TO": "a"}),
    ],
)
def test_its_settings_may_be_given_in_each_form(settings):
    assert Subject.of(needy(), settings).settings == Needy(to="a")


@pytest.mark.parametrize("settings", [None, {"too": "a"}, {"to": "a", "share": "x"}])
def test_settings_that_do_not_hold_are_refused(settings):
    with pytest.raises(ConfigError, match=r"plugin\.needy"):
        Subject.of(needy(), settings)


def test_who_describes_none_has_none():
    assert Subject.of(SimpleNamespace(__name__="p", choose_route=hookimpl(lambda: None))).settings is None
