import subprocess
import sys

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


def test_list_takes_the_configured_list(invoke, tmp_path):
    (tmp_path / "cgb.toml").write_text('plugins = "model-map,gemini"')
    output = invoke("plugins", "list").output
    assert list(rows(output))[1:3] == ["model-map", "gemini"]
    assert "The list: model-map,gemini" in output


def test_list_helps_whoever_misspelt_a_name(invoke):
    result = invoke("plugins", "list", "--plugins", "gemni")
    assert result.exit_code == 2
    assert "gemini" in rows(result.stdout)
    assert "no installed plugin 'gemni'" in result.stderr


def test_list_imports_no_plugin_and_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", WATCH, "plugins", "list"], capture_output=True, text=True, check=True)
    imported = set(done.stderr.split())
    assert "cgb.plugins" in imported
    heavy = {"fastapi", "starlette", "litellm", "uvicorn", "aiohttp", "httpx", "asyncio", "cgb_hello"}
    assert not imported & heavy
    assert {name for name in imported if name.startswith("cgb_plugins")} <= {"cgb_plugins"}
