import json
import subprocess
import sys

from cgb.plugins import select

WATCH = """
import sys
from cgb_cli import main
try:
    main()
except SystemExit as end:
    assert end.code == 0, end
print(*sys.modules, file=sys.stderr)
"""


def rows(output):
    return {words[0]: words[1:] for words in (line.split() for line in output.splitlines()) if words}


def test_list_tells_what_is_installed_and_where_it_stands(invoke, echo):
    found = rows(invoke("plugins", "list", "--plugins", f"gemini,{echo},model-map").output)
    assert found["gemini"] == ["claude-gemini-bridge", "0.1.0", "1"]
    assert found[echo] == ["file", "2"]
    assert found["model-map"][-1] == "3"
    assert found["tidy-request"][-2:] == ["not", "enabled"]
    assert found["hello"][:1] == ["cgb-hello"]
    assert found["default"][-2:] == ["a", "set"]


def test_list_counts_what_a_set_holds_that_it_names(invoke):
    found = rows(invoke("plugins", "list", "--plugins", "default,-gemini").output)
    assert found["default"][-3:-1] == ["set", "of"]
    assert int(found["default"][-1]) > 5


def test_list_tells_of_a_file_that_is_not_there(invoke):
    assert "a file that is not there" in invoke("plugins", "list", "--plugins", "./nope.py").output


def test_list_takes_the_configured_list(invoke, tmp_path):
    (tmp_path / "cgb.toml").write_text('plugins = "model-map,gemini"')
    output = invoke("plugins", "list").output
    assert list(rows(output))[1:3] == ["model-map", "gemini"]
    assert "The list: model-map,gemini (cgb.toml)" in output


def test_list_tells_programs_the_same(invoke, echo, monkeypatch):
    monkeypatch.setenv("CGB_PLUGINS", f"{echo},default,-gemini")
    said = json.loads(invoke("plugins", "list", "--json").stdout)
    assert said["list"] == f"{echo},default,-gemini"
    first = {"name": echo, "distribution": "file", "version": "", "place": 1}
    assert said["plugins"][0] == first
    places = {one["name"]: one["place"] for one in said["plugins"]}
    assert [name for name, place in places.items() if place] == list(select(said["list"]))
    assert (places["gemini"], places["hello"]) == (None, None)
    sets = {one["name"]: one for one in said["sets"]}
    assert "gemini" in sets["default"]["members"]
    assert all(one["members"] is None for name, one in sets.items() if name != "default")


def test_list_shows_who_shares_a_name(invoke, monkeypatch):
    from cgb.plugins import Found, found

    both = {"same": Found("same", "x", "one", "1.2", ("two 2.0",))}
    monkeypatch.setattr(found, "_read", lambda _: {"cgb": both, "cgb.sets": {}})
    result = invoke("plugins", "list", "--plugins", "same")
    assert rows(result.stdout)["same"] == ["one", "1.2", "and", "two", "2.0", "not", "enabled"]
    assert result.exit_code == 2
    assert "two installed plugins are called 'same'" in result.stderr


def test_list_helps_whoever_misspelt_a_name(invoke):
    result = invoke("plugins", "list", "--plugins", "gemni")
    assert result.exit_code == 2
    assert "gemini" in rows(result.stdout)
    assert "no installed plugin 'gemni'" in result.stderr


def test_list_imports_no_plugin_and_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", WATCH, "plugins", "list"], capture_output=True, text=True, check=True)
    imported = set(done.stderr.split())
    assert "cgb.plugins" in imported
    heavy = {"fastapi", "starlette", "litellm", "uvicorn", "aiohttp", "httpx", "asyncio", "pydantic", "cgb_hello"}
    assert not imported & heavy
    assert {name for name in imported if name.startswith("cgb_plugins")} <= {"cgb_plugins"}
