import pytest
from pydantic import ValidationError

from cgb import Model, Route
from cgb_plugins.routing.rules import Picked, Rule, numbered

from .kit import facts, routing, winner


def rule(**written):
    return Rule.model_validate({"to": "gemini/a", **written})


def test_a_chain_is_a_route_with_fallbacks():
    (one,) = numbered([rule(name="long", to=["gemini/a", "litellm/openai/b"], set={"max_tokens": 5})])
    why = 'rule "long" (cgb.toml rule 1)'
    fallback = Route("litellm", "openai/b", set={"max_tokens": 5}, why=why)
    assert one.route == Route("gemini", "a", (fallback,), {"max_tokens": 5}, why=why)
    assert str(one) == 'rule 1 "long"'


def test_a_rule_without_a_name_is_called_by_its_number():
    _, second = numbered([rule(), rule()])
    assert (second.route.why, str(second)) == ("cgb.toml rule 2", "rule 2")


def test_parameters_are_the_requests():
    (one,) = numbered([rule(set={"effort": "high", "max_tokens": 32_000, "temperature": 0})])
    assert one.route.set == {"output_config.effort": "high", "max_tokens": 32_000, "temperature": 0}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"to": "gemini-pro"}, "to"),
        ({"to": []}, "to"),
        ({"to": ["gemini/a", "/b"]}, "to"),
        ({"to": "a b/c"}, "to"),
        ({"when": []}, "when"),
        ({"when": [5]}, "when"),
        ({"set": {"effort": "hihg"}}, "effort"),
        ({"set": {"max_tokens": 0}}, "max_tokens"),
        ({"set": {"temperature": 3}}, "temperature"),
        ({"wehn": {}}, "wehn"),
    ],
)
def test_what_is_no_rule_is_refused(written, said):
    with pytest.raises(ValidationError, match=said):
        rule(**written)


def test_the_first_rule_that_holds_wins():
    rules = routing({"when": {"model": "x"}}, {"when": {"model": "claude-*"}}, {})
    assert winner(rules, facts()) == 2
    assert winner(rules, facts(model="gemini-3")) == 3
    assert winner(routing({"when": {"model": "x"}}), facts()) is None


def test_of_several_tables_one_must_hold():
    rules = routing({"when": [{"model": "x"}, {"tag": "#fast", "tools": 0}]})
    assert winner(rules, facts("#fast")) == 1
    assert winner(rules, facts(model="x")) == 1
    assert winner(rules, facts()) is None


@pytest.mark.parametrize(
    ("written", "ids"),
    [("fast", ["fast", "claude-fast"]), ("claude-fast", ["claude-fast"]), ("Anthropic/x", ["Anthropic/x"])],
)
def test_a_model_to_pick_has_a_name_that_claude_code_keeps(written, ids):
    picked = Picked.model_validate({"id": written, "name": "Fast", "description": "Quick.", "to": "gemini/a"})
    route = Route("gemini", "a", why=f"{written} was picked")
    assert list(picked.models()) == [Model(name, route, "Fast", "Quick.") for name in ids]
