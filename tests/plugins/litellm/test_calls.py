"""Calls out of pieces."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb import UnusableAnswer
from cgb_plugins.litellm.calls import Calls

from .kit import piece

VALUES = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=9), max_size=3)


def heard(*pieces):
    calls = Calls()
    for one in pieces:
        calls.hear(one["tool_calls"], 0)
    return calls


def inputs(calls, *, is_full=False):
    return [(call.id, call.name, found) for call, found in calls.whole("m", is_full=is_full)]


@given(st.lists(VALUES, min_size=1, max_size=4), st.randoms(use_true_random=False), st.integers(1, 7))
def test_pieces_of_parallel_calls_come_together_in_any_order(given_args, random, size):
    texts = [json.dumps(one) for one in given_args]
    begun = [piece(n, f"id{n}", f"tool{n}", "") for n in range(len(texts))]
    rest = [
        [piece(n, arguments=text[start : start + size]) for start in range(0, len(text), size)]
        for n, text in enumerate(texts)
    ]
    mixed = []
    while any(rest):
        mixed.append(random.choice([one for one in rest if one]).pop(0))

    assert inputs(heard(*begun, *mixed)) == [(f"id{n}", f"tool{n}", one) for n, one in enumerate(given_args)]


def test_two_whole_calls_under_one_number_stay_two():
    """Some servers number all calls 0; LiteLLM's own adapter merges two calls of one chunk."""
    calls = heard(piece(0, "a", "Bash", '{"n": 1}'), piece(0, "b", "Bash", '{"n": 2}'))

    assert inputs(calls) == [("a", "Bash", {"n": 1}), ("b", "Bash", {"n": 2})]


def test_a_call_without_number_or_arguments():
    assert inputs(heard(piece(None, "a", "Bash"), piece(None, "b", "Read", ""))) == [
        ("a", "Bash", {}),
        ("b", "Read", {}),
    ]


def test_a_signature_is_taken_out_of_the_id_or_the_fields():
    calls = heard(
        piece(0, "a__thought__c2ln", "Bash"),
        piece(1, "b", "Bash", provider_specific_fields={"thought_signature": "eA=="}),
    )

    assert [(call.id, call.signature) for call, _ in calls.whole("m", is_full=False)] == [("a", "c2ln"), ("b", "eA==")]


def test_arguments_that_were_encoded_twice():
    assert inputs(heard(piece(0, "a", "Bash", json.dumps('{"n": 1}')))) == [("a", "Bash", {"n": 1})]


@pytest.mark.parametrize("arguments", ['{"a": ', "[1]", "1", "words"])
@pytest.mark.parametrize(("is_full", "kind"), [(False, "malformed_call"), (True, "no_room")])
def test_arguments_that_are_no_object(arguments, is_full, kind):
    with pytest.raises(UnusableAnswer) as caught:
        inputs(heard(piece(0, "a", "Bash", arguments)), is_full=is_full)

    assert caught.value.kind == kind


def test_a_call_without_a_name():
    with pytest.raises(UnusableAnswer, match="without a name"):
        inputs(heard(piece(0, "a", arguments="{}")))
