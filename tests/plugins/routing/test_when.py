import pytest
from pydantic import ValidationError

from cgb_plugins.routing.when import When

from .kit import AGENT, facts

TOOLS = [{"name": "mcp__github__issue", "input_schema": {}}]
THINKING = {"type": "adaptive"}


def when(**table):
    return When.model_validate(table)


@pytest.mark.parametrize(
    ("table", "holding", "missing"),
    [
        ({"model": "claude-*"}, {}, {"model": "gemini-3"}),
        ({"tokens": ">100"}, {"words": "word " * 500}, {}),
        ({"tools": ">=1"}, {"tools": TOOLS}, {}),
        ({"tool": "mcp__github__*"}, {"tools": TOOLS}, {}),
        ({"thinking": True}, {"thinking": {"type": "between_tools"}}, {"thinking": {"type": "disabled"}}),
        ({"thinking": False}, {}, {"thinking": THINKING}),
        ({"thinking": "adaptive"}, {"thinking": THINKING}, {"thinking": {"type": "enabled"}}),
        ({"thinking": [True, "disabled"]}, {}, None),
        ({"effort": ["high", "max"]}, {"output_config": {"effort": "max"}}, {"output_config": {"effort": "low"}}),
        ({"subagent": True}, {"headers": AGENT}, {}),
        ({"kind": "main"}, {}, {"headers": AGENT}),
        ({"tag": "#fast"}, {"words": "#fast Hi"}, {}),
        ({"header": {"X-Team": "blu*"}}, {"headers": {"x-team": "bluish"}}, {"headers": {"x-team": "red"}}),
        ({"hours": "09:00-10:00", "timezone": "UTC"}, {}, None),
        ({"days": "mon", "timezone": "UTC"}, {}, None),
        ({"not": {"model": "gemini-*"}}, {}, {"model": "gemini-3"}),
        ({"not": {"model": "claude-*", "tag": "#x"}}, {}, {"words": "#x"}),
        ({}, {}, None),
    ],
)
def test_when_it_holds(table, holding, missing):
    assert when(**table).holds(facts(**holding))
    if missing is not None:
        assert not when(**table).holds(facts(**missing))


def test_what_costs_more_is_asked_last():
    wanted = when(tokens=">5", tag="#x", images=True, model="*", kind="main", **{"not": {"tools": 0}})
    assert list(wanted.conditions) == ["model", "kind", "images", "tag", "tokens", "not"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"model": "claude-opus-*", "tools": ">5"}, {"model": "claude-*"}),
        ({"model": "x"}, {}),
        ({"not": {"tools": ">5"}}, {"not": {"tools": ">9"}}),
        ({"hours": "10:00-11:00", "days": "mon"}, {"hours": "09:00-12:00"}),
        ({"thinking": "adaptive"}, {"thinking": True}),
    ],
)
def test_what_follows_is_seen(one, other):
    assert when(**one).implies(when(**other))
    assert not when(**other).implies(when(**one))


@pytest.mark.parametrize(
    ("one", "other", "never"),
    [
        ({"images": True}, {"images": False}, True),
        ({"tokens": ">9"}, {"tokens": "<9"}, True),
        ({"kind": "main"}, {"kind": ["title", "compaction"]}, True),
        ({"tool": "a"}, {"tool": "b"}, False),
        ({"tag": "#a"}, {"tag": "#b"}, False),
        ({"model": "a*"}, {"tokens": ">9"}, False),
        ({"not": {"tools": 0}}, {"not": {"tools": ">0"}}, False),
    ],
)
def test_what_never_holds_together_is_seen(one, other, never):
    """A request may have both tools, and both tags, but not both models."""
    assert when(**one).excludes(when(**other)) is never


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"tokens": "lots"}, "should be a count"),
        ({"kind": "mian"}, "Input should be 'main'"),
        ({"effort": "hihg"}, "Input should be 'low'"),
        ({"thinking": "deep"}, "Input should be True, False, 'adaptive'"),
        ({"modle": "x"}, "Extra inputs are not permitted"),
        ({"not_": {"model": "x"}}, "Extra inputs are not permitted"),
        ({"timezone": "UTC"}, "timezone means nothing without hours or days"),
        ({"not": {}}, "an empty not would never hold"),
        ({"header": {}}, "should have at least 1 item"),
        ({"kind": []}, "should have at least 1 item"),
        ({"hours": "9-5"}, "two times of a day"),
    ],
)
def test_what_means_nothing_is_refused(table, said):
    with pytest.raises(ValidationError, match=said):
        when(**table)


def test_its_text_is_what_it_wants():
    assert str(when(**{"model": "a*", "not": {"tools": ">5"}})) == "model a*, not (tools at least 6)"
    assert str(when()) == "always"
