"""The two READMEs say the same, and what they show works."""

import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from typer.testing import CliRunner

from cgb import MessagesRequest
from cgb.config import Config
from cgb.plugins import Plugin, check
from cgb_cli.app import app

TOP = Path(__file__).parents[2]
ENGLISH, CHINESE = (TOP / name for name in ("README.md", "README.zh-CN.md"))


def blocks(readme: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", readme.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("language", ["sh", "toml", "python"])
def test_both_show_the_same_code(language: str) -> None:
    shown = blocks(ENGLISH, language)
    assert shown
    assert shown == blocks(CHINESE, language)


def test_both_have_the_same_sections_and_tables() -> None:
    def shape(readme: Path) -> list[str]:
        lines = readme.read_text(encoding="utf-8").splitlines()
        return [line.split(" ")[0] if line.startswith("#") else "|" for line in lines if line.startswith(("#", "|"))]

    assert shape(ENGLISH) == shape(CHINESE)


def test_the_plugin_routes_pictures() -> None:
    module = ModuleType("eyes")
    exec(blocks(ENGLISH, "python")[0], vars(module))
    check(Plugin("eyes", module, "README"))
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}
    for content, expected in ((picture, "gemini-3.1-pro-preview"), ({"type": "text", "text": "Hi"}, None)):
        raw = {"model": "claude-opus-5-5", "max_tokens": 1, "messages": [{"role": "user", "content": [content]}]}
        route = module.choose_route(MessagesRequest.model_validate(raw))
        assert (route.model if route else None) == expected


def test_the_configuration_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "cgb.toml"
    path.write_text(blocks(ENGLISH, "toml")[0])
    config = Config.read(path)
    assert config.server.port == 8082
    assert tomllib.loads(path.read_text())["plugin"]["model-map"].keys() == {"big_model", "small_model"}


def test_every_command_shown_exists() -> None:
    shown = {line for block in blocks(ENGLISH, "sh") for line in block.splitlines()}
    commands = {match[1] for line in shown if (match := re.search(r"uv run cgb (\w+)", line))}
    assert commands == {"serve", "code"}
    for command in commands | {"check", "plugins"}:
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0
