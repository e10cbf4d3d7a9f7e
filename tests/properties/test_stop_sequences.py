from hypothesis import given
from hypothesis import strategies as st

from cgb.messages.stop_sequences import StopSequences

few = st.text("abc", max_size=12)
sequences = st.lists(st.text("abc", max_size=4), max_size=3)


def read(stops, pieces):
    stop = StopSequences(stops)
    return "".join([*map(stop.read, pieces), stop.end()]), stop.matched


@given(sequences, st.lists(few, max_size=6))
def test_it_does_not_matter_in_which_pieces_the_text_came(stops, pieces):
    assert read(stops, pieces) == read(stops, "".join(pieces))


@given(sequences, st.lists(few, max_size=6))
def test_what_is_shown_is_the_text_up_to_the_sequence_that_was_complete_first(stops, pieces):
    shown, matched = read(stops, pieces)
    text = "".join(pieces)
    if matched is None:
        assert shown == text
        assert not any(one in text for one in stops if one)
    else:
        assert text.startswith(shown + matched)
        assert not any(one in (shown + matched)[:-1] for one in stops if one)
