import sys
from types import SimpleNamespace

import pytest

from cgb import PluginError, hookimpl
from cgb.plugins import Plugin, load, manager


def refused(*names):
    with pytest.raises(PluginError) as caught:
        load(names)
    return str(caught.value)


def test_installed_ones(install, hook):
    install("cgb-one", {"one": hook})
    (plugin,) = load(["one"])
    assert (plugin.name, plugin.module.__name__, plugin.distribution) == ("one", "cgb_one_one", "cgb-one")
    assert plugin.item == "one"


def test_files(tmp_path, hook):
    path = tmp_path / "my_rules.py"
    path.write_text(hook)
    (plugin,) = load([str(path)])
    assert (plugin.name, plugin.distribution, plugin.item) == ("my-rules", str(path), str(path))
    assert plugin.module.list_models() == []


def test_files_at_home(tmp_path, monkeypatch, hook):
    """A shell knows what `~` is; cgb.toml has no shell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "rules.py").write_text(hook)
    assert load(["~/rules.py"])[0].name == "rules"


def test_two_files_of_one_name_are_refused(tmp_path, hook):
    paths = [tmp_path / place / "rules.py" for place in "ab"]
    for path in paths:
        path.parent.mkdir()
        path.write_text(hook)
    assert refused(*map(str, paths)) == (
        f"two plugins of the list are called 'rules': {paths[1]} and {paths[0]}. "
        "Rename the file, or drop one of them from the list."
    )


def test_a_file_called_like_an_installed_plugin_of_the_list_is_refused(install, hook, tmp_path):
    install("cgb-one", {"one": hook})
    path = tmp_path / "one.py"
    path.write_text(hook)
    assert f"are called 'one': {path} and the one of cgb-one." in refused("one", str(path))
    assert load([str(path)])[0].name == "one"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("\n1 / 0", "does not load: ZeroDivisionError: division by zero ({}.py, line 2)"),
        (
            "import nowhere_at_all",
            "does not load: ModuleNotFoundError: No module named 'nowhere_at_all' ({}.py, line 1)",
        ),
        ("def (", "does not load: SyntaxError: "),
        ("raise SystemExit", "does not load: SystemExit:  ({}.py, line 1)"),
        ("from cgb import hokimpl", "does not load: ImportError: cannot import name 'hokimpl' from 'cgb'"),
        ("x = 1", "implements no hook: mark its functions @hookimpl."),
    ],
)
def test_what_does_not_load_is_refused_in_one_line(install, tmp_path, code, message):
    install("cgb-bad", {"bad": code})
    (tmp_path / "bad_file.py").write_text(code)
    for name, stem, called in (("bad", "cgb_bad_bad", "'bad'"), (str(tmp_path / "bad_file.py"), "bad_file", "'")):
        said = refused(name)
        assert said.startswith(f"plugin {called}")
        assert message.format(stem) in said
        assert "\n" not in said


def test_who_does_not_load_is_told_with_its_distribution(install):
    install("cgb-bad", {"bad": "1 / 0"})
    assert refused("bad").startswith("plugin 'bad' (cgb-bad 1.2) does not load: ")


def test_a_file_that_is_not_there_is_refused():
    assert refused("./nowhere.py") == "there is no file './nowhere.py' to load a plugin from."


def test_nothing_but_what_is_named_is_imported(install, hook):
    install("cgb-two", {"one": hook, "other": "raise SystemExit"})
    load(["one"])
    assert "cgb_two_other" not in sys.modules


def test_a_plugin_for_another_cgb_is_not_even_imported(install):
    install("cgb-new", {"new": "1 / 0"}, requires=["claude-gemini-bridge>=99"])
    assert "requires claude-gemini-bridge>=99" in refused("new")


@pytest.mark.parametrize("as_file", [True, False])
def test_a_plugin_for_another_api_is_refused(install, tmp_path, as_file):
    code = "CGB_API_VERSION = 99\n"
    install("cgb-new", {"new": code})
    (tmp_path / "new_file.py").write_text(code)
    assert "has CGB_API_VERSION = 99" in refused(str(tmp_path / "new_file.py") if as_file else "new")


def test_what_pluggy_finds_besides_is_a_plugin_error_too():
    @hookimpl
    def choose_route(nothing):
        return None

    with pytest.raises(PluginError, match=r"plugin 'mine' \(here\) is not what the hooks expect"):
        manager([Plugin("mine", SimpleNamespace(choose_route=choose_route), "here")])
