"""Where the bridge itself ends the text, because Gemini was given more room than the client asked for."""

import pytest

from cgb_plugins.gemini.own_limit import OwnLimit

from .kit import answer, frame, function, request_of, text, thought

STOPS = request_of(stop_sequences=["END", "E!"])


def limited(*frames, limit=4, **fields):
    message = answer(*frames, visible_tokens=limit, **fields)
    return "".join(block.get("text", "") for block in message.content), message.stop_reason


def counted(words_, tokens, **fields):
    return frame(text(words_), usage={"candidatesTokenCount": tokens}, **fields)


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ([counted("ab", 1), counted("cd", 2, finish="STOP")], ("abcd", "end_turn")),
        ([counted("ab", 2), counted("cd", 4, finish="STOP")], ("abcd", "end_turn")),
        ([counted("ab", 2), counted("cd", 4), counted("ef", 6, finish="STOP")], ("abcd", "max_tokens")),
        ([counted("ab", 2), counted("cdef", 6), counted("gh", 8, finish="STOP")], ("abcd", "max_tokens")),
        ([counted("abc", 3), counted("defg", 7, finish="STOP")], ("abcd", "max_tokens")),
        ([counted("ab" * 8, 8, finish="STOP")], ("ab" * 4, "max_tokens")),
        ([counted("ab" * 8, 8, finish="MAX_TOKENS")], ("ab" * 4, "max_tokens")),
        ([frame(thought("t" * 99)), counted("ab", 4, finish="STOP")], ("ab", "end_turn")),
    ],
)
def test_the_text_ends_where_the_client_wants_it_to(frames, expected):
    assert limited(*frames) == expected


def test_what_was_held_back_is_told_when_the_limit_is_reached():
    frames = counted("abE", 4), counted("ND", 6, finish="STOP")

    assert limited(*frames, request=STOPS) == ("abE", "max_tokens")


def test_a_refusal_stays_one_beyond_the_limit():
    assert limited(counted("ab" * 8, 8, finish="SAFETY"))[1] == "refusal"


def test_a_call_is_whole_beyond_the_limit():
    frames = frame(text("ab"), function("Bash", {"a": "x" * 99}), usage={"candidatesTokenCount": 50})

    assert limited(frames, frame(text("c"), finish="STOP"))[1] == "tool_use"


def test_a_part_that_is_cut_is_no_longer_signed():
    limit, signed = OwnLimit(2), [text("abcd", thoughtSignature="c2ln")]

    assert limit.fitting(signed, None, 1, has_text=True) is signed
    assert limit.fitting(signed, None, 3, has_text=True) == [text("ab")]
    assert limit.is_full


def test_what_is_told_from_afar_is_counted():
    limit = OwnLimit(4)

    assert (limit.is_far(3), limit.is_far(4)) == (True, False)
    assert limit.fitting([text("abcd")], None, 7, has_text=False) == [text("a")]


def test_an_answer_without_words_is_not_ended():
    limit, call = OwnLimit(1), [function()]

    assert limit.fitting(call, None, 9, has_text=False) is call
    assert not limit.is_full
