from hypothesis import given
from hypothesis import strategies as st

from cgb import InputJsonDelta, TextDelta, ThinkingDelta
from cgb.messages import events_of
from cgb.testing import assert_stream
from cgb.testing.strategies import answers, cuttings
from cgb.testing.strategies.cuttings import letter_by_letter


@given(st.binary(), st.data())
def test_pieces_of_bytes_are_the_bytes(whole, data):
    assert b"".join(data.draw(cuttings(whole))) == whole


@given(answers(), st.data())
def test_an_answer_in_pieces_is_the_answer(answer, data):
    assert assert_stream(data.draw(cuttings(events_of(answer)))) == assert_stream(events_of(answer))


@given(st.sampled_from([TextDelta(0, "abc"), ThinkingDelta(0, "abc"), InputJsonDelta(0, "abc")]), st.data())
def test_each_kind_of_text_is_cut(delta, data):
    pieces = data.draw(cuttings([delta]).filter(lambda pieces: len(pieces) > 1))
    assert {type(piece) for piece in pieces} == {type(delta)}


@given(answers())
def test_letter_by_letter_it_is_the_same_answer_and_no_piece_is_longer(answer):
    pieces = letter_by_letter(events_of(answer))

    assert assert_stream(pieces) == assert_stream(events_of(answer))
    assert {len(piece.text) for piece in pieces if isinstance(piece, TextDelta)} <= {1}
