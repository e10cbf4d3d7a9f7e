import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.messages.stop_sequences import StopSequences


def read(sequences, *pieces):
    """What is shown of each piece, what at the end, and which sequence matched."""
    stop = StopSequences(sequences)
    shown = [stop.read(piece) for piece in pieces]
    return shown, stop.end(), stop.matched


@pytest.mark.parametrize(
    ("sequences", "pieces", "expected"),
    [
        ((), ("a", "b"), (["a", "b"], "", None)),
        (("",), ("a",), (["a"], "", None)),
        (("END",), ("abc",), (["abc"], "", None)),
        (("END",), ("ab END cd", "ef"), (["ab ", ""], "", "END")),
        (("END",), ("abE", "N", "Dcd"), (["ab", "", ""], "", "END")),
        (("END",), ("abE", "x"), (["ab", "Ex"], "", None)),
        (("END",), ("abEN",), (["ab"], "EN", None)),
        (("END", "EN"), ("xEND",), (["x"], "", "EN")),
        (("b", "abc"), ("abc",), (["a"], "", "b")),
        (("b", "ab"), ("ab",), ([""], "", "ab")),
        (("x", "y"), ("ayxb",), (["a"], "", "y")),
        (("aab",), ("aa", "ab"), (["", "a"], "", "aab")),
    ],
)
def test_nothing_is_shown_from_a_stop_sequence_on(sequences, pieces, expected):
    assert read(sequences, *pieces) == expected


def test_what_is_held_back_is_told_once():
    stop = StopSequences(["END"])
    assert (stop.read("E"), stop.end(), stop.end()) == ("", "E", "")


def reference(sequences, text):
    """The sequence that is complete first in the whole text, the longest of those, and the text before it."""
    ends = [
        (end, -len(one), one) for end in range(len(text) + 1) for one in sequences if one and text[:end].endswith(one)
    ]
    if not ends:
        return text, None
    end, _, one = min(ends)
    return text[: end - len(one)], one


@given(st.lists(st.text("ab\u00fc", max_size=4), max_size=6), st.lists(st.text("ab\u00fc", max_size=9), max_size=8))
def test_any_text_in_any_pieces_is_the_text_before_the_first_sequence(sequences, pieces):
    shown, rest, matched = read(sequences, *pieces)

    assert ("".join(shown) + rest, matched) == reference(sequences, "".join(pieces))
    if matched is None:
        assert "".join(shown) + rest == "".join(pieces)


@given(st.lists(st.text("ab", min_size=1, max_size=4), min_size=1), st.lists(st.text("ab", max_size=9)))
def test_no_more_is_held_back_than_could_begin_a_sequence(sequences, pieces):
    stop = StopSequences(sequences)
    for piece in pieces:
        stop.read(piece)
        assert stop.holds < max(map(len, sequences))
    held = stop.holds
    assert len(stop.end()) == held
    assert stop.holds == 0
