import re

from hypothesis import given
from hypothesis import strategies as st

from cgb.messages import ToolNames, legal_name

names = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"\Amcp__[a-z]{1,8}__[a-z_.:/ -]{1,90}\Z"),
    st.text("aA_.-: 1", max_size=4),
)
limits = st.sampled_from([32, 63, 64, 128])


@st.composite
def sets_of_names(draw):
    """Names, and some of what they become, so that a collision would be found."""
    drawn = draw(st.lists(names, max_size=6))
    limit = draw(limits)
    become = [legal_name(name, limit) for name in drawn]
    again = [legal_name(name, limit) for name in become]
    return set(drawn) | set(draw(st.lists(st.sampled_from([*become, *again, "x"]), max_size=6))), limit


@given(names, limits)
def test_names_are_legal(name, limit):
    assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_.\-]*", legal_name(name, limit))
    assert len(legal_name(name, limit)) <= limit


@given(sets_of_names())
def test_two_names_never_become_one(drawn):
    declared, limit = drawn
    assert len({legal_name(name, limit) for name in declared}) == len(declared)


@given(sets_of_names())
def test_names_go_out_and_come_back(drawn):
    declared, limit = drawn
    mapped = ToolNames(declared, limit)
    assert [mapped.to_client(mapped.to_upstream(name)) for name in declared] == list(declared)
