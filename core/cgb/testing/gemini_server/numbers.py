"""Finds a number that a schema's bounds allow."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.testing.gemini_server.calls import Json


_FURTHEST = 1000
"""How many steps from a bound a number is looked for."""


def whole(schema: Json) -> int:
    """An integer."""
    return int(next((value for value in _candidates(schema) if _fits(value, schema) and value % 1 == 0), 0))


def real(schema: Json) -> float | int:
    """Any number."""
    return next((value for value in _candidates(schema) if _fits(value, schema)), 0)


def _bounds(schema: Json) -> tuple[list[Any], list[Any]]:
    def given(*names: str) -> list[Any]:
        values = [schema.get(name) for name in names]
        # Draft 4 has booleans for the exclusive ones: then the bound is the other keyword's.
        return [value for value in values if value is not None and not isinstance(value, bool)]

    return given("minimum", "exclusiveMinimum"), given("maximum", "exclusiveMaximum")


def _fits(value: float, schema: Json) -> bool:
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    over = (low if over else None) if isinstance(over, bool) else over
    under = (high if under else None) if isinstance(under, bool) else under
    inside = low <= value <= high and (over is None or value > over) and (under is None or value < under)
    step = schema.get("multipleOf")
    return inside and (not step or value % step == 0)


def _candidates(schema: Json) -> Iterator[float]:
    lows, highs = _bounds(schema)
    step = schema.get("multipleOf") or 1
    yield 0
    for bound in (*lows, *highs):
        near = math.floor(bound / step)
        # With a step below 1, the nearest whole number may be several steps away.
        around = min(math.ceil(1 / step), _FURTHEST)
        yield from (index * step for index in range(near - around, near + around + 2))
        yield bound
    if lows and highs:
        yield (max(lows) + min(highs)) / 2
