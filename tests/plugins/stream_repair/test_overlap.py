"""Where a text goes on that was broken off."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cgb_plugins.stream_repair.overlap import begins_anew, is_open, overlap

SHOWN = "First I read the file, then I change the"


@pytest.mark.parametrize(
    ("shown", "said", "size"),
    [
        (SHOWN, " second line.", 0),
        (SHOWN, "then I change the second line.", len("then I change the")),
        (SHOWN, SHOWN + " second line.", len(SHOWN)),
        (SHOWN, SHOWN, len(SHOWN)),
        (SHOWN, "the second line.", 0),
        (SHOWN, "", 0),
        ("", "Hello.", 0),
        ("I'll ", "I'll look.", len("I'll ")),
        ("我先看一下文件内容、然后再修改它的第", "然后再修改它的第二行", 0),
        ("我先看一下这个文件的全部内容、然后再来修改它里面的第", "文件的全部内容、然后再来修改它里面的第二行", 19),
    ],
)
def test_only_what_is_telling_is_taken_for_a_repetition(shown, said, size):
    assert overlap(shown, said) == size


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("aaa", "aaab"),
        ("the sound is hahahahahahahahaha", "hahahahahahahahahaha, of course"),
        ("|" + "-" * 30, "-" * 30 + "|"),
        ("    if a:\n            }\n        }\n", "        }\n    }\n"),
        ("x = 1\n    return None\n", "    return None\n"),
    ],
)
def test_what_may_well_be_meant_is_not_cut(shown, said):
    """To say something twice is a blemish, to lose it is a fault."""
    assert overlap(shown, said) == 0


WORDS = st.text(st.characters(codec="utf-8", categories=["Ll", "Lu", "Nd", "Lo", "Zs", "Po"]), max_size=60)


def longest(shown, said):
    """By trying them all."""
    return max(size for size in range(min(len(shown), len(said)) + 1) if shown.endswith(said[:size]))


@given(WORDS, WORDS, st.integers(0, 60))
def test_it_is_the_longest_or_nothing(before, after, size):
    said = before[len(before) - size :] + after if size else after

    found = overlap(before, said)

    assert found in {0, longest(before, said)}


@given(st.text("ab1", max_size=40), st.text("ab1", max_size=40))
def test_of_repetitions_too(shown, said):
    assert overlap(shown, said) in {0, longest(shown, said)}


@given(WORDS, st.text(min_size=1))
def test_once_it_is_decided_more_words_change_nothing(shown, said):
    assume(not is_open(shown, said))

    assert longest(shown, said) == longest(shown, said + shown)


@pytest.mark.parametrize(
    ("said", "anew"),
    [
        ("The answer to your question about the parser is: you", True),
        ("The answer to your question about the parser is short", True),
        ("The answer to your question about the parser is long. More.", False),
        ("The answer to you is short.", False),
        (" and good", False),
        ("", False),
    ],
)
def test_an_answer_that_begins_anew_and_goes_another_way(said, anew):
    assert begins_anew("The answer to your question about the parser is long.", said) is anew
