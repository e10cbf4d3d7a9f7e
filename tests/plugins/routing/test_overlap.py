import pytest

from cgb_plugins.routing.overlap import overlapping, problems, unreachable

from .kit import routing


def rules(*tables):
    return routing(*({"when": table} for table in tables)).numbered


@pytest.mark.parametrize(
    ("tables", "lost"),
    [
        (({"model": "claude-*"}, {"model": "claude-opus-*", "tools": ">5"}), [2]),
        (({}, {"tokens": ">5"}, {"tag": "#x"}), [2, 3]),
        (({"tokens": ">=5"}, {"tokens": "5..9"}), [2]),
        (({"tokens": "5..9"}, {"tokens": ">=5"}), []),
        (({"kind": "title"}, {"kind": "compaction"}, {"kind": ["compaction", "title"]}), []),
        (({"kind": "title"}, {"images": True}, [{"kind": "title", "tools": 0}, {"images": True}]), [3]),
        (({"header": {"a": "*"}}, {"header": {"A": "x", "b": "y"}}), [2]),
        (({"hours": "09:00-18:00"}, {"hours": "10:00-12:00", "days": "mon"}), [2]),
        (({"hours": "09:00-18:00"}, {"hours": "10:00-12:00", "timezone": "UTC"}), []),
    ],
)
def test_rules_that_never_win_are_named(tables, lost):
    assert list(unreachable(rules(*tables))) == lost


def test_it_is_said_why_a_rule_never_wins():
    found = unreachable(rules({"kind": "title"}, {"images": True}, [{"kind": "title"}, {"images": True, "tools": 0}]))
    assert found == {3: "rule 3 never wins: rule 1 and rule 2 hold whenever it does"}


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        (({"images": True}, {"tokens": ">5"}), {2: "rule 2 can hold together with rule 1, which then wins"}),
        (
            ({"images": True}, {"tag": "#x"}, {"tools": 0}),
            {
                2: "rule 2 can hold together with rule 1, which then wins",
                3: "rule 3 can hold together with rule 1, rule 2, which then win",
            },
        ),
        (({"images": True, "tokens": ">5"}, {"tokens": ">5"}), {}),
        (({"images": True}, {"images": False, "tokens": ">5"}), {}),
        (({"images": True}, {}), {}),
        (({}, {"images": True}), {}),
    ],
)
def test_rules_that_take_requests_from_each_other_are_named(tables, told):
    """But not an exception that stands before its general case, which is how rules are meant to be written."""
    assert overlapping(rules(*tables)) == told


def test_rules_that_lead_to_the_same_take_nothing_from_each_other():
    same = {"to": "gemini/a"}
    found = routing({"when": {"images": True}, **same}, {"when": {"tools": 0}, **same}).numbered
    assert overlapping(found) == {}


def test_only_rules_that_never_win_are_surely_a_mistake():
    found = list(problems(rules({"images": True}, {"tools": 0}, {"tools": 0, "tag": "#x"})))
    assert [is_mistake for _, is_mistake in found] == [True, False]
