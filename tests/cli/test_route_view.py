from types import SimpleNamespace

from cgb import Note
from cgb_cli.route_view import rules_of, shown


def rule(number, **said):
    return {
        "rule": number,
        "name": "",
        "to": ["a/b"],
        "holds": False,
        "wins": False,
        "when": [[]],
        "remark": "",
        **said,
    }


def lines(*rules):
    return [line.plain for line in shown(rules)]


def test_what_became_of_each_rule():
    said = [rule(1), rule(2, holds=True, wins=True, name="x"), rule(3, holds=True, remark="never wins")]
    assert [line for line in lines(*said) if "→" in line] == [
        "  1 → a/b  does not hold",
        '  2 "x" → a/b  wins',
        "  3 → a/b  holds, but rule 2 comes first",
    ]
    assert lines(*said)[-1] == "      never wins"


def test_conditions():
    found = {"fact": "tools", "wanted": "at least 6", "found": "0", "holds": False}
    negated = {"fact": "not", "wanted": "(images true)", "found": "", "holds": True}
    assert lines(rule(1, when=[[found], [negated]]))[1:] == [
        "      ✗ tools: wanted at least 6, found 0",
        "      or",
        "      ✓ not (images true)",
    ]
    assert lines(rule(1))[1:] == ["      ✓ always: there are no conditions"]


def test_rules_are_found_in_the_notes_of_any_plugin():
    notes = (Note("a", "x", "", {}), Note("mine", "rule", "", {"rules": (rule(1),)}))
    assert rules_of(SimpleNamespace(notes=notes)) == [rule(1)]
