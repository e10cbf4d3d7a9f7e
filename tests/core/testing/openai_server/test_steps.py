"""Scripted answers."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.testing.openai_server.steps import Step


@given(st.text(max_size=30), st.integers(1, 9), st.booleans())
def test_the_pieces_make_the_whole(text, chunks, interleaved):
    calls = [{"name": "a", "args": {"x": text}}, {"name": "b", "args": text}]
    step = Step(text=text, reasoning=text, calls=calls, chunks=chunks, interleaved=interleaved)
    said = {"content": "", "reasoning_content": ""}
    arguments = {0: "", 1: ""}
    for delta in step.deltas():
        for call in delta.pop("tool_calls", ()):
            arguments[call["index"]] += call["function"]["arguments"]
        for name, piece in delta.items():
            said[name] += piece

    assert said == {"content": text, "reasoning_content": text}
    assert json.loads(arguments[0]) == {"x": text}
    assert arguments[1] == text


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (Step(), "stop"),
        (Step(calls=[{"name": "a"}]), "tool_calls"),
        (Step(finish="length"), "length"),
        (Step(finish=None), None),
    ],
)
def test_the_finish_reason(step, reason):
    assert step.finish_reason == reason
