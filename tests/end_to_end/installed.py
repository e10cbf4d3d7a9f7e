"""A stranger's environment: nothing of this repository but wheels, and what they depend on.

@pytest.fixture(scope="module")
def environment(install: Install) -> Environment:
    return install(TOP / "examples" / "cgb-hello")

def test_hello(environment: Environment, gemini: SimulatedGemini, tmp_path: Path) -> None:
    with serving("--plugins", "default,hello", cwd=tmp_path, env=…, python=environment.python) as url:
        …
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

TOP = Path(__file__).parents[2]


@dataclass(frozen=True)
class Environment:
    """Where cgb and some packages are installed."""

    python: Path
    wheels: tuple[Path, ...]

    def run(self, *args: str | Path, cwd: Path) -> str:
        """`python ARGS` to its end; what it printed."""
        return run(self.python, *args, cwd=cwd)


Install: TypeAlias = Callable[..., Environment]
"""Build the packages in these folders and install their wheels beside cgb's."""


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Makes environments; cgb's own wheel is built once."""
    cgb = build(TOP, tmp_path_factory.mktemp("cgb"))

    def install(*packages: Path) -> Environment:
        dist = tmp_path_factory.mktemp("dist")
        with ThreadPoolExecutor() as pool:
            wheels = tuple(pool.map(lambda package: build(package, dist / package.name), packages))
        return made(tmp_path_factory.mktemp("environment"), (cgb, *wheels))

    return install


def build(package: Path, dist: Path) -> Path:
    """The wheel of a package, the only one in its folder."""
    run(uv(), "build", "--quiet", "--wheel", "--no-sources", "--out-dir", dist, package, cwd=package)
    (wheel,) = dist.glob("*.whl")
    return wheel


def made(folder: Path, wheels: tuple[Path, ...]) -> Environment:
    """A new environment with these wheels and the dependencies of cgb, at the versions of the lock."""
    dependencies = ("--frozen", "--no-default-groups", "--extra", "testing", "--no-install-workspace")
    run(
        uv(), "sync", "--quiet", *dependencies, "--python", sys.executable,
        cwd=TOP, UV_PROJECT_ENVIRONMENT=str(folder),
    )  # fmt: skip
    python = folder / "bin" / "python"
    run(uv(), "pip", "install", "--quiet", "--no-deps", "--python", python, *wheels, cwd=folder)
    # What a wheel needs, and whether it is there: nothing was resolved on the way.
    run(uv(), "pip", "check", "--python", python, cwd=folder)
    return Environment(python, wheels)


def run(program: str | Path, *args: str | Path, cwd: Path, **env: str) -> str:
    """Run a program to its end, outside the environment of the tests; what it printed."""
    clean = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    done = subprocess.run(
        [program, *args], cwd=cwd, env={**clean, **env}, text=True, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, f"{program} {' '.join(map(str, args))}\n{done.stdout}"
    return done.stdout


def uv() -> str:
    """The program that builds and installs; `uv run` says which it is."""
    found = os.environ.get("UV") or shutil.which("uv")
    if found:
        return found
    missing = "uv is not on PATH: pip install uv"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
