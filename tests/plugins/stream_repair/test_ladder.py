"""Which rungs each failure climbs."""

import pytest

from cgb import (
    Forbidden,
    Internal,
    InvalidRequest,
    NotFound,
    Overloaded,
    RateLimited,
    Timeout,
    TooLarge,
    Unauthenticated,
    UpstreamFailed,
)
from cgb_plugins.stream_repair.ladder import LADDERS, kind_of, ladder_of

from .kit import broken

KINDS = {"retry", "changed", "corrected"}


@pytest.mark.parametrize("kind", LADDERS)
def test_each_ladder_has_rungs_of_the_kinds_that_are_noted(kind):
    assert {rung.kind for rung in LADDERS[kind].rungs} <= KINDS
    assert all(rung.text for rung in LADDERS[kind].rungs)


def kinds(kind, failures):
    rungs = (LADDERS[kind].rung(before) for before in range(failures))
    return [rung.kind if rung else "" for rung in rungs]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("cut", ["retry", "retry", "changed", "changed"]),
        ("empty", ["retry", "retry", "changed", "corrected", "corrected"]),
        ("malformed_call", ["retry", "changed", "corrected", ""]),
        ("unexpected_tool_call", ["retry", "corrected", ""]),
        ("missing_signature", ["changed", "", ""]),
        ("recitation", ["corrected", "retry", ""]),
        ("other", ["changed", "retry", ""]),
        ("no_room", ["changed", "changed", ""]),
        ("failed", ["retry", ""]),
        ("overloaded", ["retry", "retry", "retry"]),
    ],
)
def test_the_order_of_the_rungs(kind, expected):
    assert kinds(kind, len(expected)) == expected


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (broken("stall"), "stall"),
        (UpstreamFailed("no", status=500), "failed"),
        (UpstreamFailed("no"), "unreachable"),
        (Overloaded("no"), "overloaded"),
        (Timeout("no"), "timeout"),
        (RateLimited("no"), "rate_limited"),
        (RateLimited("no", retry_after=20.0), "rate_limited"),
        (broken("brand_new"), "brand_new"),
    ],
)
def test_what_passes_is_worth_asking_again(error, kind):
    assert kind_of(error) == kind
    assert ladder_of(error, 20.0) is not None


@pytest.mark.parametrize(
    "error",
    [
        InvalidRequest("no"),
        Unauthenticated("no"),
        Forbidden("no"),
        NotFound("no"),
        TooLarge("no"),
        Internal("no"),
        RateLimited("no", retry_after=20.1),
        RateLimited("no", should_retry=False),
        Overloaded("no", retry_after=3_600),
    ],
)
def test_what_would_be_the_same_again_or_takes_too_long_is_not(error):
    assert ladder_of(error, 20.0) is None
