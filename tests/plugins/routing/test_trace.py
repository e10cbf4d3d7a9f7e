import orjson

from cgb_plugins.routing.trace import Judged, Trace

from .kit import facts, routing


def trace(found, *rules):
    settings = routing(*rules)
    winner = next((one for one in settings.numbered if one.holds(found)), None)
    return Trace(settings.numbered, winner, found)


def test_each_rule_says_what_it_wanted_and_what_it_found():
    rules = trace(
        facts("#fast"),
        {"name": "big", "when": {"model": "claude-*", "tools": ">5"}},
        {"when": [{"images": True}, {"tag": "#fast", "not": {"tools": ">5"}}]},
        {"when": {"tag": "#fast", "tools": 0, "kind": "main", "not": {"tools": ">5"}}},
    )
    big, fast, late = rules
    assert (big.rule, big.name, big.to, big.holds, big.wins) == (1, "big", ("any/1",), False, False)
    assert big.when == (
        (Judged("model", "claude-*", "claude-opus-5-5", holds=True), Judged("tools", "at least 6", "0", holds=False)),
    )
    assert (fast.holds, fast.wins) == (True, True)
    assert fast.when[1] == (
        Judged("tag", "#fast", "#fast", holds=True),
        Judged("not", "(tools at least 6)", "", holds=True),
    )
    assert (late.holds, late.wins, late.remark) == (True, False, "rule 3 never wins: rule 2 holds whenever it does")
    assert len(rules) == 3
    assert rules[1:] == (fast, late)


def test_it_can_be_written_as_json():
    found = orjson.loads(orjson.dumps(list(trace(facts(), {}))))
    assert found == [{"rule": 1, "name": "", "to": ["any/1"], "holds": True, "wins": True, "when": [[]], "remark": ""}]


def test_nothing_is_found_out_until_somebody_looks():
    """Most requests are explained to nobody, and an estimate of tokens reads the whole request."""
    found = facts()
    rules = trace(found, {"when": {"model": "gemini-*", "tokens": ">5"}})
    assert "tokens" not in found._known
    assert rules[0].when[0][1].fact == "tokens"
    assert "tokens" in found._known
