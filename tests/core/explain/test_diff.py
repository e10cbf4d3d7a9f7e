import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb.explain.diff import Change, diff, pointer, unmatched

ATOMS = st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab/~", max_size=3)
JSON = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=4)
)


def at(value, path):
    """What a pointer points to."""
    for step in path.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


@given(JSON)
def test_a_value_does_not_differ_from_itself(value):
    assert list(diff(value, value)) == []


@given(JSON, JSON)
def test_what_differs_is_found_where_the_change_says(before, after):
    changes = list(diff(before, after))
    assert changes or (before == after)
    for change in changes:
        if change.op == "remove":
            at(after, change.path.rpartition("/")[0])
        else:
            assert at(after, change.path) == change.after


def test_only_what_changed_is_told():
    before = {"same": [1, 2], "old": 1, "deep": {"a": "x"}}
    after = {"same": [1, 2], "deep": {"a": "y"}, "new": None}
    assert list(diff(before, after)) == [
        Change("remove", "/old", before=1),
        Change("replace", "/deep/a", "x", "y"),
        Change("add", "/new"),
    ]


def test_what_python_takes_for_equal_is_not():
    assert list(diff({"a": True}, {"a": 1})) == [Change("replace", "/a", before=True, after=1)]


def test_items_with_names_go_together_wherever_they_stand():
    before = [{"name": "a", "v": 1}, {"name": "b", "v": 1}, {"name": "c", "v": 1}]
    after = [{"name": "c", "v": 2}, {"name": "b", "v": 1}, {"name": "d"}]
    assert list(diff(before, after, "/tools")) == [
        Change("remove", "/tools/0", before=before[0]),
        Change("replace", "/tools/0/v", 1, 2),
        Change("add", "/tools/2", after={"name": "d"}),
    ]


def test_of_a_list_only_the_odd_item_is_told():
    assert list(diff([1, 2, 3, 4], [1, 3, 4])) == [Change("remove", "/1", before=2)]
    assert list(diff([1, 3], [1, 2, 3])) == [Change("add", "/1", after=2)]


@pytest.mark.parametrize(("step", "path"), [("a/b", "/x/a~1b"), ("~", "/x/~0"), (3, "/x/3")])
def test_a_pointer_escapes(step, path):
    assert pointer("/x", step) == path


def test_places_without_a_partner():
    assert list(unmatched("abcd", "aXd")) == [(1, 1), (2, None)]
    assert list(unmatched([], [1])) == [(None, 0)]
