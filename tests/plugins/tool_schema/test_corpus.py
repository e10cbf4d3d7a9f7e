"""Every tool schema that could be collected from servers in the wild, and the awkward ones that generators make."""

import json
import lzma
from pathlib import Path

import pytest

from cgb_plugins.tool_schema import compile_schema

with lzma.open(Path(__file__).parent / "tools.jsonl.xz", "rt") as lines:
    TOOLS = [json.loads(line) for line in lines]


@pytest.mark.parametrize("dialect", ["gemini-json-schema", "openapi"])
def test_the_service_takes_every_schema_and_none_is_left_out(dialect, refusals):
    assert len(TOOLS) == 2516
    refused, changed_again = {}, []
    for tool in TOOLS:
        compiled = compile_schema(tool["input_schema"], dialect).schema
        if found := refusals(compiled, dialect):
            refused[tool["name"]] = found
        if compile_schema(compiled, dialect).schema != compiled:
            changed_again.append(tool["name"])
    assert not refused
    assert not changed_again


def test_hardly_any_of_them_loses_a_rule():
    lossy = [
        tool["name"]
        for tool in TOOLS
        if any(
            change.how == "weakened" for change in compile_schema(tool["input_schema"], "gemini-json-schema").changes
        )
    ]
    assert len(lossy) <= 15


def test_none_of_them_grows_without_bound():
    for tool in TOOLS:
        before = len(json.dumps(tool["input_schema"]))
        after = len(json.dumps(compile_schema(tool["input_schema"], "openapi").schema))
        assert after < max(6 * before, 2000), tool["name"]
