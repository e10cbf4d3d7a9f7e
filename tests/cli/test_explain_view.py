from dataclasses import replace

from cgb import Note, Route, Target
from cgb.explain import (
    Asking,
    AttemptStages,
    Change,
    Decision,
    Explanation,
    RequestFacts,
    Stage,
    StreamStage,
    WrapStage,
)
from cgb_cli.explain_view import shown

ROUTE = Route("t", "m", why="a rule")
ADDED = (Change("add", "/a", after=1),)
SAME = StreamStage("calm", 4, 4, 0, 0, 0, ())
ATTEMPT = AttemptStages(ROUTE, (), (Stage("fit", ADDED), Stage("idle", ())), Target(), {"b": 1}, ())
PLAIN = Explanation(
    request=RequestFacts("main", "claude-x", 2, 3, 4000),
    plugins=("fit", "idle"),
    rewrite_request=(),
    choose_route=(Decision("late", None, listed=False), Decision("t", ROUTE, listed=False)),
    route=ROUTE,
    wrap_transport=(),
    attempts=(ATTEMPT,),
    schemas=(),
    answer=None,
    notes=(),
    error=None,
)


def told(**changes):
    return [line.plain for line in shown(replace(PLAIN, **changes))]


def test_stages_stand_in_the_order_a_request_meets_them():
    lines = told(rewrite_request=(Stage("write", ADDED),), notes=(Note("fit", "kind", "words", {}),))
    assert lines[0] == "request  main, claude-x, messages: 2, tools: 3, tokens: about 4,000"
    heads = [line.split()[0] for line in lines if line and not line.startswith(" ")]
    assert heads == ["request", "rewrite_request", "choose_route", "fit_request", "target", "body", "notes"]
    assert lines[lines.index("fit_request") + 1 :][:3] == ["  fit", "    + /a: 1", "  unchanged: idle"]
    assert lines[-1] == "  fit  kind: words"


def test_who_was_asked_for_a_route():
    lines = told()
    assert lines[lines.index("choose_route") + 1 :][:2] == ["  late  no say", "  t  t/m  (a rule)"]


def test_a_route_tells_all_it_says():
    route = Route("t", "m", fallbacks=(Route("u", "n"),), options={"mode": "x"})
    lines = told(choose_route=(Decision("t", route, listed=True),))
    assert "  t  t/m  (the model is on its list); then u/n; options {'mode': 'x'}" in lines


def test_what_a_route_sets():
    lines = told(attempts=(replace(ATTEMPT, set=ADDED),))
    assert lines[lines.index("set by the route") + 1] == "    + /a: 1"


def test_the_target_and_the_body():
    lines = told()
    assert any(line.startswith("  context_tokens=200000, output_tokens=32000, thinking=none") for line in lines)
    assert '    {"b":1}' in lines
    assert "body  t cannot say what it sends" in told(attempts=(replace(ATTEMPT, body=None),))


def test_an_attempt_that_came_to_no_transport_has_neither():
    lines = told(attempts=(replace(ATTEMPT, target=None),))
    assert not [line for line in lines if line.startswith(("target", "body"))]


def test_stream_stages_tell_what_they_changed():
    changed = StreamStage("loud", 4, 5, 1, 1, 0, (Change("replace", "/content/0/text", "a", "A"),))
    lines = told(attempts=(replace(ATTEMPT, transform_stream=(changed, SAME)),))
    place = lines.index("transform_stream  the way back")
    assert lines[place + 1 : place + 5] == [
        "  loud  4 events → 5: 1 changed, 1 added",
        '    - /content/0/text: "a"',
        '    + /content/0/text: "A"',
        "  unchanged: calm (4 events)",
    ]


def test_of_two_attempts_with_the_same_request_it_is_shown_once():
    lines = told(attempts=(ATTEMPT, ATTEMPT, replace(ATTEMPT, route=Route("u", "n", options={"x": 1}), body={"b": 2})))
    assert "attempt 1  t/m" in lines
    assert "attempt 2  t/m, with the same request" in lines
    assert "attempt 3  u/n; options {'x': 1}" in lines
    assert lines.count("fit_request") == 2


def test_a_wrapper_that_hands_everything_on_is_not_worth_a_line():
    calm = WrapStage("calm", (Asking(ROUTE, ()),), SAME)
    assert not [line for line in told(wrap_transport=(calm,)) if line.startswith("wrap_transport")]


def test_wrappers_tell_what_they_asked_for():
    cut = StreamStage("again", 8, 4, 0, 0, 4, (Change("remove", "/content/1", before=1),))
    again = WrapStage("again", (Asking(ROUTE, ()), Asking(Route("u", "n"), ADDED)), cut)
    own = WrapStage("own", (), replace(SAME, added=4))
    lines = told(wrap_transport=(again, own))
    assert lines[lines.index("wrap_transport  round all attempts") + 1 :] == [
        "  again  asked 2 times",
        "    u/n",
        "    + /a: 1",
        "    8 events → 4: 4 removed",
        "    - /content/1: 1",
        "  own  answered by itself",
    ]


def test_the_answer_and_the_error_stand_last():
    error = {"status": 404, "type": "error", "error": {"type": "not_found_error", "message": "No such model."}}
    lines = told(answer={"id": "a"}, error=error)
    assert lines[-4:] == ["answer  what the client gets", '    {"id":"a"}', "", "404 not_found_error: No such model."]
