import json
from types import ModuleType

from cgb import Finding, Model, Route
from cgb.plugins import Plugin
from cgb_cli.plugin_facts import Facts
from cgb_cli.plugins_show_view import as_json, lines
from cgb_cli.settings_view import Setting

FULL = Facts(
    Plugin("mine", ModuleType("cgb_mine", "Mine.\n\nMore."), "cgb-mine"),
    "1.2",
    "https://example.org",
    {"choose_route": (True, "2 of 3"), "fit_request": (False, "")},
    (
        Setting(
            "key", "**********", "environment KEY", None, "SecretStr | None", "Opens\nthe door.", ("CGB_KEY", "KEY")
        ),
        Setting("count", 2, "cgb.toml:3", 1, "int", "", ("CGB_COUNT",)),
        Setting("name", None, "default", None, "str | None", "", ("CGB_NAME",)),
    ),
    transport=True,
    missing=(Finding(ok=False, text="no key", fix="set one"),),
    models=(Model("a", Route("mine", "b")),),
)


def test_all_there_is_to_tell():
    assert [line.plain for line in lines(FULL)] == [
        "mine  Mine.",
        "  from       cgb-mine 1.2",
        "  home page  https://example.org",
        "  module     cgb_mine",
        "",
        "hooks",
        "  choose_route       2 of 3 in the list, async",
        "  fit_request        not enabled",
        "",
        "settings",
        '  key = "**********"  # environment KEY',
        "    Opens the door.",
        "    SecretStr | None; CGB_KEY, KEY",
        "  count = 2  # cgb.toml:3",
        "    int; default 1; CGB_COUNT",
        "  name is not set",
        "    str | None; CGB_NAME",
        "",
        "transport",
        "  mine",
        "  ✗ no key: set one",
        "",
        "models",
        "  a → mine/b",
    ]


def test_what_is_not_there_takes_no_line():
    bare = Facts(Plugin("rules", ModuleType("cgb_file.rules"), "./rules.py"), "", "", {})
    assert [line.plain for line in lines(bare)] == ["rules", "  from       ./rules.py", "  module     cgb_file.rules"]


def test_the_same_for_programs():
    said = json.loads(as_json(FULL))
    assert said["hooks"]["choose_route"] == {"async": True, "place": "2 of 3"}
    assert said["settings"]["count"]["value"] == 2
    assert said["missing"] == [{"text": "no key", "fix": "set one"}]
    assert said["models"] == [{"id": "a", "route": "mine/b", "display_name": ""}]
