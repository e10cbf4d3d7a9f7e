import subprocess
import sys
from types import ModuleType
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from cgb_cli.lazy import LazyGroup

inner = typer.Typer(no_args_is_help=True)


@inner.callback()
def _inner():
    """A group within."""


@inner.command()
def leaf():
    """A command within."""
    typer.echo("leaf")


def greet(
    name: Annotated[str | None, typer.Option()] = None,
    count: Annotated[int, typer.Option(min=1)] = 1,
    words: Annotated[list[str] | None, typer.Argument()] = None,
):
    """Say hello."""
    typer.echo(f"{name!r} {count} {words}")


class Group(LazyGroup):
    functions = {"greet": "fake:greet", "inner": "fake:inner", "broken": "nowhere:x"}  # noqa: RUF012


@pytest.fixture
def run(monkeypatch):
    module = ModuleType("cgb_cli.fake")
    module.greet, module.inner = greet, inner
    monkeypatch.setitem(sys.modules, "cgb_cli.fake", module)
    app = typer.Typer(cls=Group, add_completion=False)
    app.callback()(lambda: None)
    return lambda *args: CliRunner().invoke(app, args)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "None 1 None"),
        (("--name", "a"), "'a' 1 None"),
        (("--count", "3", "x", "y"), "None 3 ['x', 'y']"),
    ],
)
def test_options_are_what_was_given_or_the_default(run, args, said):
    assert run("greet", *args).output.strip().replace("[]", "None") == said


def test_what_does_not_fit_is_refused(run):
    result = run("greet", "--count", "0")
    assert result.exit_code == 2
    assert "--count" in result.output


def test_a_group_within(run):
    assert run("inner", "leaf").output == "leaf\n"
    assert "A command within." in run("inner", "--help").output


def test_an_unknown_command_is_refused(run):
    assert run("nope").exit_code == 2


def test_only_the_command_that_runs_is_imported(run):
    assert isinstance(run("broken").exception, ModuleNotFoundError)
    assert run("greet").exit_code == 0


def test_a_command_without_options_imports_no_pydantic():
    code = (
        "import sys; from cgb_cli.app import app\n"
        "try: app(['plugins', 'list'])\n"
        "except SystemExit: print('pydantic' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "False\n"


def test_every_command_there_is_can_be_made(invoke):
    for name in ("serve", "code", "check", "config", "explain", "route", "plugins"):
        assert invoke(name, "--help").exit_code == 0
    for name in ("list", "show", "hooks"):
        assert invoke("plugins", name, "--help").exit_code == 0
