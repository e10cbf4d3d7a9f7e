import pytest
from pydantic_core import PydanticCustomError

from cgb_plugins.routing.conditions import Count, Globs
from cgb_plugins.routing.spelling import checked, count, days, globs, listed, minutes, zone


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (">200000", Count(200_001)),
        (">= 10", Count(10)),
        ("<10", Count(0, 9)),
        ("<=10", Count(0, 10)),
        ("10..20", Count(10, 20)),
        ("1_000 .. 2_000", Count(1000, 2000)),
        (" 7 ", Count(7, 7)),
        (0, Count(0, 0)),
        (Count(3), Count(3)),
    ],
)
def test_counts(value, meant):
    assert count(value) == meant


@pytest.mark.parametrize("value", ["", "many", ">", "=>5", "5..", "-1", -1, 1.5, True, None, [], "> five", "200k"])
def test_what_is_no_count_is_refused_with_examples(value):
    with pytest.raises(PydanticCustomError, match="should be a count such as '>200000'"):
        count(value)


@pytest.mark.parametrize("value", ["<0", "5..4"])
def test_a_count_that_nothing_can_have_is_refused(value):
    with pytest.raises(PydanticCustomError, match="no count is like this"):
        count(value)


def test_patterns():
    assert globs("a*") == Globs(("a*",))
    assert globs(["a*", "b"]) == Globs(("a*", "b"))
    assert globs(Globs(("a",))) == Globs(("a",))
    assert listed("a") == ("a",)
    assert listed(["a"]) == ["a"]


@pytest.mark.parametrize("value", ["", [], [""], 5, ["a", 5], None])
def test_what_is_no_pattern_is_refused(value):
    with pytest.raises(PydanticCustomError, match="should be a pattern"):
        globs(value)


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("09:00-18:00", (540, 1079), (539, 1080)),
        ("22:00 - 06:00", (1320, 1439, 0, 359), (360, 1319)),
        ("00:00-24:00", (0, 1439), ()),
        ("23:59-00:00", (1439,), (0, 1438)),
    ],
)
def test_hours(text, inside, outside):
    found = minutes(text)
    assert found >= set(inside)
    assert not found & set(outside)


@pytest.mark.parametrize(
    "text", ["", "9-18", "09:00", "09:00-09:00", "24:00-06:00", "09:00-24:01", "09:60-10:00", "25:00-26:00"]
)
def test_what_are_no_hours_is_refused(text):
    with pytest.raises(PydanticCustomError, match="two times of a day"):
        minutes(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("sat,sun", {5, 6}),
        ("Fri-Mon", {4, 5, 6, 0}),
        ("wed", {2}),
        ("mon, wed - thu", {0, 2, 3}),
        ("sun-sat", {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_days(text, meant):
    assert days(text) == meant


@pytest.mark.parametrize("text", ["", "monday", "mon-", "-fri", "mon,", "mon-fri-sun"])
def test_what_are_no_days_is_refused(text):
    with pytest.raises(PydanticCustomError, match="should be days"):
        days(text)


@pytest.mark.parametrize("name", ["Europe/Nowhere", "", "../etc/passwd", "/etc/passwd"])
def test_an_unknown_time_zone_is_refused(name):
    with pytest.raises(PydanticCustomError, match="no such time zone"):
        zone(name)


def test_a_text_that_can_be_read_stays_a_text():
    assert checked(days)("mon-fri") == "mon-fri"
    with pytest.raises(PydanticCustomError):
        checked(days)("x")
