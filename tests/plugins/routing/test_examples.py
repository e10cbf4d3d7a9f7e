"""The examples of routing that a user can copy; the published package has its own tests beside it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cgb.config import Config
from cgb.pipeline import Pipeline
from cgb.plugins import load, select
from cgb_plugins.routing.overlap import unreachable

from .kit import AGENT, MONDAY, asked

EXAMPLES = Path(__file__).parents[3] / "examples"
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": ""}}
TITLE = {"output_config": {"format": {"type": "json_schema", "schema": {"properties": {"title": {}}}}}}
GITHUB = [{"name": "mcp__github__issues", "input_schema": {}}]
SUNDAY = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


async def route(request, ctx, plugins="default", config=None):
    async with Pipeline.open(load(select(plugins)), config or Config()) as pipeline:
        return (await pipeline.route(request, ctx))[1]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"words": "#fast, please"}, "fast, please"),
        ({"headers": {"x-team": "research"}}, "research"),
        ({"headers": {"x-team": "research"}, **TITLE}, "background"),
        ({"words": "word " * 200_000}, "long context"),
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, "pictures by day"),
        ({"messages": [{"role": "user", "content": [IMAGE]}], "at": SUNDAY}, "claude-*"),
        ({"headers": AGENT, "tools": GITHUB, "at": SUNDAY}, "pictures by day"),
        ({"model": "claude-deep"}, "deep was picked"),
        ({}, "claude-*"),
    ],
)
async def test_the_configuration(given, why):
    config = Config.read(EXAMPLES / "routing.toml")
    assert why in (await route(*asked(**{"at": MONDAY, **given}), config=config)).why


def test_each_rule_of_the_configuration_can_win():
    config = Config.read(EXAMPLES / "routing.toml")
    (plugin,) = load(["routing"])
    settings = config.plugin_settings({"routing": plugin.module.Routing}, ["routing"])["routing"]
    assert len(settings.rules) == 5
    assert unreachable(settings.numbered) == {}


@pytest.mark.parametrize(
    ("failures", "headers", "model"),
    [
        ([], {}, "gemini-flash-latest"),
        ([True], {}, "gemini-flash-latest"),
        ([True, False, True], {}, "gemini-flash-latest"),
        ([False, True, True], {}, "gemini-pro-latest"),
        ([True, True], AGENT, "gemini-pro-latest"),
    ],
)
async def test_the_function(failures, headers, model):
    results = [{"type": "tool_result", "tool_use_id": "t", "is_error": failed} for failed in failures]
    turns = [{"role": "user", "content": "Hi"}, *({"role": "user", "content": [result]} for result in results)]
    plugins = f"default,{EXAMPLES / 'rules.py'}"
    assert (await route(*asked(messages=turns, headers=headers), plugins)).model == model


async def test_the_function_leaves_background_calls_to_others():
    found = await route(*asked(model="claude-haiku-5-5", **TITLE), f"default,{EXAMPLES / 'rules.py'}")
    assert found.why == "haiku → small_model"
