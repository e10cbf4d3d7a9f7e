import pytest

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
