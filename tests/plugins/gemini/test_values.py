"""Where the values of a JSON text end."""

from itertools import pairwise

import orjson
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from cgb import UnusableAnswer
from cgb_plugins.gemini.values import Values

words = st.text() | st.sampled_from(['"', "\\", '\\"', "{", "}]", "[", "\u2028", "\r\n", "\U0001f600"])
json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
objects = st.lists(st.dictionaries(words, json, max_size=4), max_size=4)
forms = st.sampled_from([(b"", b"", b""), (b"", b" \r\n", b"\n"), (b"[", b",", b"]"), (b" [\n", b"\r\n,", b"\n] ")])


def read(*texts):
    values = Values()
    found = [value for text in texts for value in values.feed(text)]
    values.end()
    return found


def split(raw, cuts):
    places = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    return [raw[start:end] for start, end in pairwise(places)]


@for_all(objects, forms, st.lists(st.integers(0, 10**6), max_size=9))
def test_values_one_after_the_other_or_in_an_array_however_cut(said, form, cuts):
    begin, between, end = form
    raw = begin + between.join(map(orjson.dumps, said)) + end

    assert list(map(orjson.loads, read(*split(raw, cuts)))) == said
    assert list(map(orjson.loads, read(*(raw[place : place + 1] for place in range(len(raw)))))) == said


@for_all(objects.filter(bool), forms, st.data())
def test_what_is_cut_off_is_never_taken_for_the_whole(said, form, data):
    begin, between, end = form
    raw = (begin + between.join(map(orjson.dumps, said)) + end).rstrip()
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]

    try:
        found = read(cut)
    except UnusableAnswer:
        return

    assert not begin.strip() or not cut.strip()
    assert list(map(orjson.loads, found)) == said[: len(found)]


def test_a_member_comes_as_soon_as_it_ends():
    values = Values()

    assert list(values.feed(b'[{"a":1},{"b"')) == [b'{"a":1}']
    assert (values.is_open, values.is_between) == (True, False)
    assert list(values.feed(b":2}")) == [b'{"b":2}']
    assert (values.is_open, values.is_between) == (False, False)
    assert list(values.feed(b"]")) == []
    assert (values.is_open, values.is_between) == (False, True)


@pytest.mark.parametrize(
    "text",
    [b"1", b"null", b'"a"', b"}", b"]", b",", b"[1]", b"[[{}]]", b"[,{}]", b"[{},]", b"[{}{}]", b"{},{}", b"{}x"],
)
def test_what_is_neither_an_object_nor_an_array_of_them(text):
    with pytest.raises(UnusableAnswer):
        read(text)
