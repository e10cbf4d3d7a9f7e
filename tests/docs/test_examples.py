"""Each example is on the page and has a page of its own; what they show works, and each setting is told."""

import asyncio
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

from cgb import Target
from cgb.config import Config
from cgb.plugins import load, select
from cgb.testing import ScriptedTransport, ask, opened, plugin_of
from cgb_plugins import DEFAULT, EXTRAS

TOP = Path(__file__).parents[2]
PAGE = TOP / "docs" / "examples.md"
README_OF = {path.parent.name.removeprefix("cgb-"): path for path in sorted((TOP / "examples").glob("*/README.md"))}
BUNDLED = ("gemini-guidance", "short-circuit")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def section(name: str) -> str:
    """What the page says of a bundled plugin."""
    return PAGE.read_text().partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def page_of(name: str) -> str:
    return section(name) if name in BUNDLED else README_OF[name].read_text()


def told(page: str) -> set[str]:
    """The settings in the page's table."""
    rows = re.findall(r"^\| (`[^|]+`) \|", page.partition("| setting |")[2], re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def fields(model: type[BaseModel]) -> Iterable[str]:
    """The names of a model's fields, and of those of the tables in it."""
    for name, field in model.model_fields.items():
        yield name
        inner = [one for one in getattr(field.annotation, "__args__", ()) if isinstance(one, type)]
        for one in inner:
            if issubclass(one, BaseModel):
                yield from (f"{name}[].{below}" for below in one.model_fields)


def test_every_example_is_on_the_page() -> None:
    linked = re.findall(r"\]\(\.\./examples/([^)]+)\)", PAGE.read_text())
    examples = TOP / "examples"
    there = [f"{path.parent.name}/README.md" for path in examples.glob("*/pyproject.toml")]
    assert set(linked) == {*there, *(path.name for path in examples.iterdir() if path.is_file())}
    assert set(BUNDLED) <= {*DEFAULT, *EXTRAS}


@pytest.mark.parametrize("name", [*README_OF, *BUNDLED])
def test_every_setting_is_told(name: str) -> None:
    (plugin,) = load((name,))
    assert told(page_of(name)) == set(fields(plugin.module.describe_settings()))


@pytest.mark.parametrize(
    "toml",
    [block for page in [PAGE, *README_OF.values()] for block in blocks(page.read_text(), "toml")],
    ids=lambda toml: " ".join(tomllib.loads(toml)["plugin"]),
)
def test_every_configuration_is_accepted(toml: str, tmp_path: Path) -> None:
    path = tmp_path / "cgb.toml"
    path.write_text(toml)
    config = Config.read(path)
    plugins = load(select(config.plugins))
    assert {plugin.name for plugin in plugins} >= set(tomllib.loads(toml)["plugin"])

    async def open_() -> None:
        async with opened(plugins, config) as pipeline:
            assert len(pipeline.plugins) == len(plugins)

    asyncio.run(open_())


@pytest.mark.parametrize("name", README_OF)
def test_every_readme_says_how_to_install_and_enable_it(name: str) -> None:
    (shown,) = blocks(README_OF[name].read_text(), "sh")
    lines = shown.splitlines()
    assert lines[0] == f"pip install claude-gemini-bridge ./examples/cgb-{name}"
    assert lines[1] == f"cgb serve --plugins default,{name}"


@pytest.mark.parametrize(("family", "told"), [("gemini", 1), ("claude", 0)])
def test_the_stage_that_looks_at_the_target(family: str, told: int) -> None:
    module = ModuleType("sentences")
    (shown,) = blocks(PAGE.read_text(), "python")
    exec(shown, vars(module))
    transport = ScriptedTransport("Yes.", target=Target(family=family))
    ask("Hello?", [transport, plugin_of(module)])
    assert len(transport.requests[0].request.system_blocks) == told
