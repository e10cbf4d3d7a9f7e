import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb_plugins.routing.conditions import Count, Globs, OneOf, Schedule

letters = st.text("ab]", max_size=4)
patterns = st.text("ab*?[]", min_size=1, max_size=4)
globs = st.lists(patterns, min_size=1, max_size=2).map(lambda found: Globs(tuple(found)))
counts = st.builds(
    lambda low, more: Count(low, None if more is None else low + more), st.integers(0, 9), st.none() | st.integers(0, 9)
)
choices = st.builds(OneOf, st.frozensets(st.sampled_from("abc"), min_size=1), but=st.booleans())
schedules = st.builds(
    lambda minutes, days, zone: Schedule(minutes, days, zone, "some time"),
    st.frozensets(st.integers(0, 2)),
    st.frozensets(st.integers(0, 6)),
    st.sampled_from([ZoneInfo("UTC"), ZoneInfo("Etc/GMT-3")]),
)
moments = st.builds(
    lambda minutes, days: datetime(2026, 1, 5, tzinfo=UTC) + timedelta(days=days, minutes=minutes),
    st.integers(0, 3),
    st.integers(0, 6),
)


@pytest.mark.parametrize(
    ("conditions", "facts"),
    [
        (globs, letters.map(lambda word: (word,))),
        (counts, st.integers(0, 20)),
        (choices, st.sampled_from("abcd")),
        (schedules, moments),
    ],
    ids=["globs", "counts", "choices", "schedules"],
)
@given(st.data())
def test_what_is_said_of_two_conditions_is_true(conditions, facts, data):
    one, other, fact = data.draw(conditions), data.draw(conditions), data.draw(facts)
    assert one.implies(one)
    if one.implies(other) and one.holds(fact):
        assert other.holds(fact)
    if one.excludes(other):
        assert other.excludes(one)
        assert not (one.holds(fact) and other.holds(fact))


@pytest.mark.parametrize(
    ("pattern", "word", "fits"),
    [
        ("claude-opus-*", "claude-opus-5-5", True),
        ("claude-opus-*", "claude-haiku-5-5", False),
        ("opus", "claude-opus", False),
        ("Claude-*", "claude-opus", False),
        ("claude-[hs]*", "claude-sonnet-5", True),
        ("claude-sonnet-?", "claude-sonnet-5", True),
    ],
)
def test_patterns(pattern, word, fits):
    assert Globs((pattern,)).holds((word,)) is fits


def test_one_word_that_fits_one_pattern_will_do():
    assert Globs(("a*", "b*")).holds(("c", "b1"))
    assert not Globs(("a*",)).holds(())


@pytest.mark.parametrize(
    ("pattern", "wider"),
    [
        ("claude-opus-*", "claude-*"),
        ("claude-*", "*"),
        ("claude-opus-5", "claude-?pus-5"),
        ("*-a-?", "*-*"),
        ("a", "[ab]"),
    ],
)
def test_a_wider_pattern_is_seen(pattern, wider):
    assert Globs((pattern,)).implies(Globs((wider,)))
    assert not Globs((wider,)).implies(Globs((pattern,)))


@pytest.mark.parametrize(("one", "other"), [("claude-*", "gemini-*"), ("a", "b*"), ("a*", "b"), ("ab?", "ac?")])
def test_patterns_that_exclude_each_other_are_seen(one, other):
    assert Globs((one,)).excludes(Globs((other,)))


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (Globs(("a*", "b")), "a* or b"),
        (Count(5), "at least 5"),
        (Count(0, 5), "0 to 5"),
        (Count(5, 5), "5"),
        (OneOf(frozenset({True})), "true"),
        (OneOf(frozenset({False})), "false"),
        (OneOf(frozenset({"b", "a"})), "a or b"),
        (OneOf(frozenset({"a"}), but=True), "not a"),
        (Schedule(frozenset(), frozenset(), None, "mon-fri"), "mon-fri"),
    ],
)
def test_a_conditions_text_is_what_it_wants(condition, text):
    assert str(condition) == text


def test_a_schedule_goes_by_the_clock_of_its_zone():
    berlin = Schedule(frozenset({9 * 60}), frozenset({0}), ZoneInfo("Europe/Berlin"), "")
    assert berlin.holds(datetime(2026, 11, 23, 8, 0, 59, tzinfo=UTC))
    assert not berlin.holds(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    assert not berlin.holds(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))


def test_without_a_zone_it_goes_by_the_machines_clock():
    noon = datetime(2026, 11, 23, 12, 0).astimezone()
    assert Schedule(frozenset({12 * 60}), frozenset({0}), None, "").holds(noon.astimezone(UTC))


def test_patterns_are_compiled_once():
    assert isinstance(Globs(("a*",))._any, re.Pattern)
