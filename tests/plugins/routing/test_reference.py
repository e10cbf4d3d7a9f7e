"""The rules' meaning, held against a second, naive reading of them."""

from hypothesis import given

from cgb import Context, MessagesRequest
from cgb.context import kind_of
from cgb_plugins.routing.facts import Facts
from cgb_plugins.routing.overlap import unreachable

from .kit import bodies, client_headers, moments, reference, routing, rules_of_cgb_toml, winner


def facts_of(body, headers, at):
    request = MessagesRequest.model_validate(body)
    return Facts(request, Context(request, kind_of(request, headers), headers, at=at))


@given(rules_of_cgb_toml, bodies, client_headers, moments)
def test_rules_mean_what_they_say(rules, body, headers, at):
    assert winner(routing(*rules), facts_of(body, headers, at)) == reference(rules, body, headers, at)


@given(rules_of_cgb_toml, bodies, client_headers, moments)
def test_a_rule_told_to_be_unreachable_never_wins(rules, body, headers, at):
    assert reference(rules, body, headers, at) not in unreachable(routing(*rules).numbered)


@given(rules_of_cgb_toml)
def test_a_rule_said_twice_is_unreachable(rules):
    last = len(rules) + 1
    assert last in unreachable(routing(*rules, rules[0]).numbered)


@given(rules_of_cgb_toml, bodies, client_headers, moments)
def test_conditions_said_to_exclude_each_other_never_hold_together(rules, body, headers, at):
    found = facts_of(body, headers, at)
    tables = [when for rule in routing(*rules).rules for when in rule.when]
    both = [one for one in tables if one.holds(found)]
    assert not any(one.excludes(other) for one in both for other in both)
