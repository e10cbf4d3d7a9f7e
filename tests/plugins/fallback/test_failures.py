import pytest

from cgb import (
    ApiError,
    Billing,
    Forbidden,
    Internal,
    InvalidRequest,
    NotAllowed,
    NotFound,
    Overloaded,
    RateLimited,
    Timeout,
    TooLarge,
    Unauthenticated,
    UnusableAnswer,
    UpstreamFailed,
)
from cgb_plugins.fallback.failures import is_of_the_route, is_overflow, may_go_elsewhere, reason


def unusable(kind="cut", **fields):
    return UnusableAnswer("It broke.", kind=kind, **fields)


@pytest.mark.parametrize(
    ("error", "elsewhere", "of_the_route", "word"),
    [
        (Overloaded("…"), True, True, "overloaded"),
        (UpstreamFailed("…"), True, True, "HTTP 502"),
        (UpstreamFailed("…", status=500), True, True, "HTTP 500"),
        (Timeout("…"), True, True, "timeout"),
        (RateLimited("a minute's"), True, True, "rate limit"),
        (RateLimited("a day's", should_retry=False), True, True, "rate limit"),
        (Unauthenticated("…"), True, True, "authentication"),
        (Forbidden("…"), True, True, "permission"),
        (Billing("…"), True, True, "billing"),
        (NotFound("…"), True, True, "not found"),
        (ApiError("upstream's own event", type="overloaded_error"), True, True, "overloaded"),
        (unusable(), True, True, "cut"),
        (unusable("malformed_call"), True, True, "malformed call"),
        (unusable("recitation", stop_reason="refusal"), True, False, "recitation"),
        (unusable("missing_signature", status=400, type="invalid_request_error"), True, False, "missing signature"),
        (InvalidRequest("…"), False, False, "invalid request"),
        (ApiError("upstream's own event", type="invalid_request_error"), False, False, "invalid request"),
        (NotAllowed("…"), False, False, "invalid request"),
        (TooLarge("…"), False, False, "request too large"),
        (Internal("…"), False, False, "HTTP 500"),
    ],
)
def test_each_error(error, elsewhere, of_the_route, word):
    assert may_go_elsewhere(error) is elsewhere
    assert is_of_the_route(error) is of_the_route
    assert reason(error) == word


@pytest.mark.parametrize(
    ("error", "overflow"),
    [
        (InvalidRequest("prompt is too long: 2 tokens > 1 maximum"), True),
        (InvalidRequest("input length and `max_tokens` exceed context limit: 1 + 2 > 2, decrease …"), True),
        (InvalidRequest("messages: is missing"), False),
        (UpstreamFailed("prompt is too long: so it says"), False),
    ],
)
def test_an_overflow(error, overflow):
    assert is_overflow(error) is overflow
