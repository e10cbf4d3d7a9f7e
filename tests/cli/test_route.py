import json

import pytest

from ..fixtures import posted

RULES = """
[[plugin.routing.rules]]
name = "long"
when = { tokens = ">200000", model = "claude-opus-*" }
to = "gemini/gemini-large"

[[plugin.routing.rules]]
name = "team"
when = [{ header = { X-Team = "blue" } }, { hours = "09:00-10:00", days = "mon" }]
to = ["gemini/gemini-team", "gemini/gemini-other"]

[[plugin.routing.models]]
id = "deep"
to = "gemini/gemini-deep"
"""

SUNDAY = "2026-11-22T09:30"


@pytest.fixture
def route(invoke, tmp_path):
    """Ask for the route of a captured request, by these rules."""
    (tmp_path / "cgb.toml").write_text(RULES)
    (tmp_path / "request.json").write_bytes(posted()["01-main-opus-first-turn"].body)
    return lambda *args: invoke("route", "request.json", *args)


def test_where_no_rule_holds_each_says_why(route):
    result = route("--at", SUNDAY)
    assert result.exit_code == 0, result.output
    assert result.output.startswith(
        "request  main, claude-opus-5-5, messages: 2, tools: 12, tokens: about 11,913\n\nrules"
    )
    assert (
        '  1 "long" → gemini/gemini-large  does not hold\n      ✓ model: wanted claude-opus-*, found' in result.output
    )
    assert "      ✗ tokens: wanted at least 200001, found 11,913\n" in result.output
    assert (
        "      ✗ header.x-team: wanted blue, found missing\n      or\n      ✗ time: wanted mon 09:00" in result.output
    )
    assert result.output.endswith("  routing  no say\n  model-map  gemini/gemini-pro-latest  (claude-* → big_model)\n")


@pytest.mark.parametrize("args", [("--header", "X-Team: blue"), ("--at", "2026-11-23T09:30")])
def test_the_rule_that_wins_is_told(route, args):
    result = route("--header", "x-other:1", *args)
    assert result.exit_code == 0, result.output
    assert '  2 "team" → gemini/gemini-team, gemini/gemini-other  wins\n' in result.output
    chain = 'routing  gemini/gemini-team  (rule "team" (cgb.toml rule 2)); then gemini/gemini-other\n'
    assert result.output.endswith(f"choose_route\n  {chain}")
    assert "can hold together with" in result.output


def test_a_model_that_is_picked_is_asked_of_no_rule(route):
    result = route("--model", "claude-deep")
    assert "No rule was asked: the model was picked by its name" in result.output
    assert result.output.endswith("  routing  gemini/gemini-deep  (deep was picked)\n")


def test_all_of_it_as_json(route):
    result = route("--json", "--header", "x-team:blue")
    told = json.loads(result.stdout)
    assert [(rule["name"], rule["holds"], rule["wins"]) for rule in told["rules"]] == [
        ("long", False, False),
        ("team", True, True),
    ]
    assert told["rules"][1]["when"][0] == [
        {"fact": "header.x-team", "wanted": "blue", "found": "present", "holds": True}
    ]
    assert told["route"]["model"] == "gemini-team"
    assert [one["plugin"] for one in told["choose_route"]] == ["routing"]
    assert told["error"] is None


def test_a_request_without_a_route_fails(route):
    asked = ("--model", "llama", "--at", SUNDAY)
    result = route(*asked)
    assert result.exit_code == 1
    assert "404 not_found_error: no plugin has a route for the model 'llama'." in result.output
    assert json.loads(route("--json", *asked).stdout)["error"]["status"] == 404


def test_a_list_without_rules(route):
    assert "No rule was asked" in route("--plugins", "default,-routing").output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--header", "blue"), "cgb: --header should be a name and a value, such as 'x-team: blue'."),
        (("--header", ": blue"), "cgb: --header should be a name and a value"),
        (("--at", "noon"), "cgb: --at should be a date and a time, such as 2026-11-23T09:30; it is 'noon'."),
    ],
)
def test_what_means_nothing_is_refused(route, args, said):
    result = route(*args)
    assert result.exit_code == 2
    assert result.stderr.startswith(said)


def test_a_wrong_rule_is_told_with_its_line(route, tmp_path):
    (tmp_path / "cgb.toml").write_text(RULES.replace(">200000", "lots"))
    result = route()
    assert result.exit_code == 2
    assert result.stderr.startswith("cgb: cgb.toml:4: plugin.routing.rules[0].when.tokens: should be a count such as")


def test_explain_shows_the_rules_too(route, invoke, tmp_path):
    assert route().exit_code == 0
    (tmp_path / "cgb.toml").write_text(RULES.replace(', { hours = "09:00-10:00", days = "mon" }', ""))  # it asks now
    result = invoke("explain", "request.json", "--upto", "choose_route")
    assert "      ✗ tokens: wanted at least 200001, found 11,913\n" in result.output
    assert "  routing  no_rule: no rule holds\n" in result.output
    told = json.loads(invoke("explain", "request.json", "--json").stdout)
    assert [rule["wins"] for rule in told["notes"][0]["data"]["rules"]] == [False, False]


def test_check_tells_of_a_rule_that_never_wins(route, invoke, tmp_path):
    conditions = '{ tokens = ">300000", model = "claude-opus-5-5" }'
    again = f'[[plugin.routing.rules]]\nname = "again"\nwhen = {conditions}\nto = "a/b"\n'
    (tmp_path / "cgb.toml").write_text(RULES + again)
    result = invoke("check")
    assert (
        'warning: plugin.routing.rules: rule 3 "again" never wins: rule 1 "long" holds whenever it does.'
        in result.stderr
    )
    assert 'rule 3 "again" never wins: rule 1 "long" holds whenever it does' in route().stdout
