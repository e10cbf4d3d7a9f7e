import re
from base64 import b64encode

from hypothesis import assume, given
from hypothesis import strategies as st

from cgb.messages import Carried, carried, carry, without_carried
from cgb.testing.strategies import texts

ids = st.from_regex(r"\A[a-zA-Z0-9_-]{1,30}\Z").filter(lambda text: "_cgb1_" not in text)
signatures = texts() | st.binary(max_size=60).map(lambda raw: b64encode(raw).decode())
facts = st.dictionaries(
    st.from_regex(r"\A[a-z]{1,6}\Z").filter(lambda name: name != "signature"),
    texts() | st.integers(-(2**53), 2**53),
    max_size=3,
)


@given(ids, signatures, facts)
def test_what_is_carried_comes_back(tool_id, signature, more):
    carrying = carry(tool_id, signature, **more)
    assert re.fullmatch(r"[a-zA-Z0-9_-]+", carrying)
    assert without_carried(carrying) == tool_id
    assert carried(carrying) == (Carried(signature, more) if signature or more else None)


@given(ids, signatures.filter(bool), facts, st.data())
def test_what_was_cut_off_carries_nothing(tool_id, signature, more, data):
    carrying = carry(tool_id, signature, **more)
    kept = data.draw(st.integers(0, len(carrying) - 1))
    assert carried(carrying[:kept]) is None


@given(st.text(max_size=40))
def test_no_foreign_id_is_an_error(tool_id):
    assume("_cgb1_" not in tool_id)
    assert carried(tool_id) is None
    assert carried(f"toolu_1_cgb1_{tool_id}") is None
