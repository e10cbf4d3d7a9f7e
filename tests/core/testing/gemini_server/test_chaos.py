from collections import Counter

import pytest

from cgb.testing.gemini_server import Chaos, SimulatedGemini

USER = {"role": "user", "parts": [{"text": "x"}]}


def bodies(number):
    """Requests of different conversations."""
    return [{"contents": [{"role": "user", "parts": [{"text": f"Question {index}."}]}]} for index in range(number)]


def asked(client, chaos, requests, method="generate"):
    with SimulatedGemini.in_thread(faults=chaos) as gemini:
        client.gemini = gemini
        statuses = [getattr(client, method)(body).status for body in requests]
        return statuses, [(call.fault, call.place) for call in gemini.calls]


def test_every_third_call_fails_in_turn(client):
    chaos = Chaos(["internal", {"kind": "http", "status": 429}], every=3)
    statuses, faults = asked(client, chaos, bodies(9))
    assert statuses == [200, 200, 500, 200, 200, 429, 200, 200, 500]
    assert Counter(name for name, _ in faults) == {"": 6, "internal": 2, "http": 1}


def test_a_share_of_calls_fails_the_same_for_the_same_seed(client):
    first, second, other = (
        asked(client, Chaos(["internal"], share=0.3, seed=seed), bodies(40))[0] for seed in (1, 1, 2)
    )
    assert first == second != other
    assert 5 < first.count(500) < 20


def test_the_call_that_is_asked_again_is_spared(client):
    (body,) = bodies(1)
    statuses, _ = asked(client, Chaos(["internal"], every=1), [body] * 4)
    assert statuses == [500, 200, 500, 200]


def test_so_is_one_with_the_beginning_of_the_answer_and_a_note(client):
    (body,) = bodies(1)
    more = {"contents": [*body["contents"], {"role": "model", "parts": [{"text": "You"}]}, USER]}
    statuses, _ = asked(client, Chaos(["internal"], every=1), [body, more, more])
    assert statuses == [500, 200, 500]


def test_what_a_spared_call_was_due_hits_the_next(client):
    first, second, third = bodies(3)
    statuses, _ = asked(client, Chaos(["internal"], every=1), [first, first, second, third])
    assert statuses == [500, 200, 500, 500]


def test_a_place_is_drawn_where_none_is_named(client):
    _, faults = asked(client, Chaos(["error_frame"], every=1), bodies(12), "stream")
    assert {place for _, place in faults} == {"first", "text", "last"}


def test_kinds_without_a_place_in_the_answer_pass_their_turn_on(client):
    chaos = Chaos([{"kind": "cut", "at": "call"}, "args_missing", "cr", "internal"], every=1)
    statuses, _ = asked(client, chaos, bodies(2))
    assert statuses == [500, 500]
    statuses, _ = asked(client, Chaos([{"kind": "cut", "at": "call"}], every=1), bodies(2))
    assert statuses == [200, 200]


def test_a_queued_answer_waits_for_the_retry(client):
    with SimulatedGemini.in_thread(faults=Chaos(["internal", "comments"], every=1)) as gemini:
        client.gemini = gemini
        gemini.reply({"text": "one"}, {"text": "two"})
        answers = [client.stream({"contents": [USER]}) for _ in range(3)]
        assert [answer.status for answer in answers] == [500, 200, 200]
        assert "one" in answers[1].text
        assert "two" in answers[2].text


def test_a_refusal_is_no_failure(client):
    with SimulatedGemini.in_thread(faults=Chaos(["spii"], every=1)) as gemini:
        client.gemini = gemini
        gemini.reply({"text": "one"}, {"text": "two"})
        client.generate({})
        assert "two" in client.stream({}).text


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"kinds": ["odd"], "every": 3}, "no faults of these names: odd"),
        ({"kinds": [], "every": 3}, "no kinds of faults"),
        ({"kinds": ["cut"]}, "give either `every` or `share`"),
        ({"kinds": ["cut"], "every": 3, "share": 0.1}, "give either `every` or `share`"),
    ],
)
def test_what_makes_no_sense(options, text):
    with pytest.raises(ValueError, match=text):
        Chaos(**options)
