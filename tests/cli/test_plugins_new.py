import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pytest

from cgb_cli.plugins_new import Kind, package


@pytest.fixture(scope="module", params=list(Kind))
def folder(request, tmp_path_factory):
    """A new package of each kind."""
    folder = tmp_path_factory.mktemp(request.param)
    for path, text in package(f"my-{request.param}", request.param, "A. N. Other"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def passes(folder, *args):
    command = [sys.executable, "-m", *args]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_is_clean_as_written(folder):
    # Its types and its own tests, where it is installed: tests/end_to_end/test_new_plugins.py
    passes(folder, "ruff", "check", "--no-cache")
    passes(folder, "ruff", "format", "--check", "--no-cache")


def test_it_is_whole(folder):
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    files = {name for name in files if "__pycache__" not in name}
    module = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["name"].replace("-", "_")
    assert files - {f"src/{module}/wire.py"} == {
        ".github/workflows/publish.yml",
        ".github/workflows/test.yml",
        ".gitignore",
        "LICENSE",
        "README.md",
        "pyproject.toml",
        f"src/{module}/__init__.py",
        f"src/{module}/py.typed",
        f"tests/test_{module}.py",
    }


def test_the_settings_that_its_readme_shows_are_its_defaults(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder / "src")
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    ((plugin, module),) = project["entry-points"]["cgb"].items()
    _, _, block = (folder / "README.md").read_text().partition("```toml\n")
    shown = tomllib.loads(block.partition("```")[0])["plugin"][plugin]
    options = __import__(module).Options
    assert options.model_validate(shown) == options()
    assert set(shown) == set(options.model_fields)


def test_the_command_writes_it_and_says_what_is_next(invoke):
    result = invoke("plugins", "new", "cgb-shout", "--kind", "stream", "--author", 'Ann "A" Other')
    assert result.exit_code == 0
    assert "cgb-shout/src/cgb_shout/__init__.py\n" in result.output
    assert "cd cgb-shout\n  uv run pytest\n  uv run cgb serve --plugins default,shout\n" in result.output
    project = tomllib.loads(Path("cgb-shout/pyproject.toml").read_text())["project"]
    assert project["name"] == "cgb-shout"
    assert project["entry-points"] == {"cgb": {"shout": "cgb_shout"}}
    assert project["dependencies"] == [f"claude-gemini-bridge>={version('claude-gemini-bridge')}"]
    assert project["authors"] == [{"name": 'Ann "A" Other'}]
    licence = Path("cgb-shout/LICENSE").read_text()
    assert f'Copyright (c) {datetime.now(UTC).year} Ann "A" Other' in licence


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("My_Plugin", "small letters"),
        ("-x", "No such option"),
        ("a--b", "small letters"),
        ("../evil", "small letters"),
        ("", "small letters"),
        ("cgb-", "small letters"),
        ("gemini", "claude-gemini-bridge"),
        ("cgb-hello", "cgb-hello"),
        ("default", "claude-gemini-bridge"),
    ],
)
def test_a_name_that_cannot_be_is_refused_in_one_line(invoke, name, told):
    result = invoke("plugins", "new", name, "--kind", "router")
    assert result.exit_code == 2
    assert told in result.stderr
    assert list(Path.cwd().glob("cgb-*")) == []


def test_what_exists_is_not_overwritten(invoke):
    Path("cgb-shout").mkdir()
    result = invoke("plugins", "new", "shout", "--kind", "router")
    assert result.exit_code == 2
    assert result.stderr == "cgb: cgb-shout exists already; choose another name, or another folder to be in.\n"
    assert list(Path("cgb-shout").iterdir()) == []


def test_the_kinds_are_told(invoke):
    result = invoke("plugins", "new", "shout", "--kind", "roter")
    assert result.exit_code == 2
    assert all(kind in result.stderr for kind in Kind)
