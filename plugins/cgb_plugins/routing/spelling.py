"""How conditions are spelt in cgb.toml."""

from __future__ import annotations

import re
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from .conditions import Count, Globs

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60
_NUMBER = r"(\d[\d_]*)"
_BOUND = re.compile(rf"(>=|<=|>|<)?\s*{_NUMBER}")
_RANGE = re.compile(rf"{_NUMBER}\s*\.\.\s*{_NUMBER}")
_HOURS = re.compile(r"(\d\d):([0-5]\d)\s*-\s*(\d\d):([0-5]\d)")


def listed(value: Any) -> Any:
    """One of something as a list of one."""
    return value if isinstance(value, list | tuple) else (value,)


def one_or_more(item: Any) -> BeforeValidator:
    """Reads one of something as a list of one, and says in the JSON Schema that either may stand there."""
    return BeforeValidator(listed, json_schema_input_type=item | tuple[item, ...])


def globs(value: Any) -> Globs:
    """One pattern, or several of which one is to fit."""
    patterns = listed(value)
    if isinstance(value, Globs):
        return value
    if not patterns or not all(isinstance(pattern, str) and pattern for pattern in patterns):
        _refuse("should be a pattern such as 'claude-opus-*', or a list of patterns")
    return Globs(tuple(patterns))


def count(value: Any) -> Count:
    """`>200000`, `>=10`, `<10`, `<=10`, `10..20` with both ends, or a number."""
    if isinstance(value, Count):
        return value
    text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if found := _RANGE.fullmatch(text):
        return _possible(int(found[1]), int(found[2]))
    if not (found := _BOUND.fullmatch(text)):
        _refuse("should be a count such as '>200000', '>=10', '<10', '<=10', '1000..5000' or 7")
    number = int(found[2])
    match found[1]:
        case ">":
            return Count(number + 1)
        case ">=":
            return Count(number)
        case "<" | "<=" as less:
            return _possible(0, number - (less == "<"))
        case _:
            return Count(number, number)


def _possible(low: int, high: int) -> Count:
    if high < low:
        _refuse("no count is like this")
    return Count(low, high)


def minutes(text: str) -> frozenset[int]:
    """The minutes of the day from the first time, included, to the second, not included; past midnight if need be.

    Raises:
        PydanticCustomError: the text is not like `09:00-18:00`.
    """
    found = _HOURS.fullmatch(text.strip())
    begin, end = (int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])) if found else (0, 0)
    if begin == end or begin >= _DAY_MINUTES or end > _DAY_MINUTES:
        _refuse("should be two times of a day such as '09:00-18:00' or '22:00-06:00'")
    if begin < end:
        return frozenset(range(begin, end))
    return frozenset(range(begin, _DAY_MINUTES)) | frozenset(range(end))


def days(text: str) -> frozenset[int]:
    """The days of the week, Monday as 0, of a text such as `mon-fri` or `sat,sun`.

    Raises:
        PydanticCustomError: there is another word in it.
    """
    found: set[int] = set()
    for word in text.lower().split(","):
        first, dash, last = word.partition("-")
        ends = (first.strip(), (last if dash else first).strip())
        if not set(ends) <= set(_DAYS):
            _refuse(f"should be days such as 'mon-fri' or 'sat,sun', of {', '.join(_DAYS)}")
        begin, end = map(_DAYS.index, ends)
        found |= {day % 7 for day in range(begin, end + 1 + 7 * (end < begin))}
    return frozenset(found)


def zone(name: str) -> ZoneInfo:
    """A time zone by its name.

    Raises:
        PydanticCustomError: there is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        _refuse("there is no such time zone; a name is like 'Europe/Berlin' or 'UTC'")


def checked(read: Any) -> Any:
    """A validator of texts that stay texts, and can be read by that function."""

    def check(value: str) -> str:
        read(value)
        return value

    return check


def _refuse(why: str) -> NoReturn:
    raise PydanticCustomError("routing", "{why}", {"why": why})
