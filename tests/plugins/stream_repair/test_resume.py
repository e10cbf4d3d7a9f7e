"""Going on with a text that broke off."""

from itertools import chain

import pytest

from cgb import ContentBlockStart, TextDelta, UnusableAnswer
from cgb_plugins.stream_repair.resume import Rest, asking_for_rest

from .kit import broken, call, end, request_of, start, text, thinking

SHOWN = "First I read the file, then I change the"


def rest_of(*events, shown=SHOWN):
    reader = Rest(shown)
    return list(chain.from_iterable(map(reader.read, events)))


def words(events):
    return [event.text for event in events if isinstance(event, TextDelta)]


def test_the_words_that_were_shown_are_the_models_own_and_it_is_asked_to_go_on():
    asked = asking_for_rest(request_of("Do it."), SHOWN, broken())

    before, said, wish = asked.messages
    assert before.content == "Do it."
    assert (said.role, [block.text for block in said.blocks]) == ("assistant", [SHOWN])
    assert wish.role == "user"
    assert "very next character" in wish.blocks[0].text


def test_after_a_spoilt_call_it_is_told_so():
    asked = asking_for_rest(request_of(), SHOWN, broken("malformed_call", detail="Bash("))

    assert "call of Bash could not be read" in asked.messages[-1].blocks[0].text


@pytest.mark.parametrize(("given", "left"), [(None, None), (1_000, 990), (5, 1)])
def test_what_was_said_counts_against_the_limit(given, left):
    assert asking_for_rest(request_of(max_tokens=given), SHOWN, broken()).max_tokens == left


def test_new_words_go_on_at_once():
    events = [start(), *text(0, " second", " line."), *end()]

    assert rest_of(*events) == events


def test_repeated_words_are_held_and_left_out():
    events = rest_of(start(), *text(0, "then I", " change", " the second", " line."), *end())

    assert words(events) == [" second", " line."]


def test_a_model_that_begins_anew_is_followed_until_it_says_something_new():
    events = rest_of(start(), *text(0, SHOWN[:10], SHOWN[10:], " second line."), *end())

    assert words(events) == [" second line."]


def test_new_thoughts_before_the_first_words_are_dropped_and_later_ones_stay():
    events = rest_of(start(), *thinking(0), *text(1, " second"), *thinking(2), *end())

    assert words(events) == [" second"]
    kinds = [event.content_block["type"] for event in events if isinstance(event, ContentBlockStart)]
    assert kinds == ["text", "thinking"]


def test_it_may_go_on_with_a_call():
    events = [start(), *call(0), *end("tool_use")]

    assert rest_of(*events) == events


def test_words_that_are_held_at_the_end_are_judged_as_they_are():
    assert words(rest_of(start(), *text(0, "change the"), *end())) == ["change the"]
    assert words(rest_of(start(), *text(0, "then I change the"), *end())) == []


@pytest.mark.parametrize("more", [" quite another line.", ""])
def test_a_model_that_begins_anew_and_says_it_differently_is_no_rest(more):
    shown = "The answer to your question about the parser is that it is slow."

    with pytest.raises(UnusableAnswer, match="anew"):
        rest_of(start(), *text(0, shown[:48] + more), *end(), shown=shown)
