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


@pytest.mark.parametrize(
    ("kind", "status", "wire"),
    [
        (ApiError, 500, "api_error"),
        (InvalidRequest, 400, "invalid_request_error"),
        (Unauthenticated, 401, "authentication_error"),
        (Billing, 402, "billing_error"),
        (Forbidden, 403, "permission_error"),
        (NotFound, 404, "not_found_error"),
        (NotAllowed, 405, "invalid_request_error"),
        (Timeout, 504, "timeout_error"),
        (TooLarge, 413, "request_too_large"),
        (RateLimited, 429, "rate_limit_error"),
        (Internal, 500, "api_error"),
        (UpstreamFailed, 502, "api_error"),
        (Overloaded, 529, "overloaded_error"),
    ],
)
def test_each_error_has_its_status_and_wire_type(kind, status, wire):
    error = kind("What happened.")
    assert (error.status, error.type, str(error)) == (status, wire, "What happened.")
    assert error.body() == {"type": "error", "error": {"type": wire, "message": "What happened."}}
    assert error.body("req_1") == {**error.body(), "request_id": "req_1"}


def test_status_and_type_can_be_those_of_the_provider():
    error = InvalidRequest("Blocked.", status=422, type="policy_blocked")
    assert (error.status, error.type) == (422, "policy_blocked")
    assert (InvalidRequest.status, InvalidRequest.type) == (400, "invalid_request_error")


def test_only_a_missing_key_is_by_default_not_worth_trying_again():
    assert Unauthenticated("x").headers == {"x-should-retry": "false"}
    assert Unauthenticated("x", should_retry=True).headers == {"x-should-retry": "true"}
    assert RateLimited("x").headers == {}


@pytest.mark.parametrize(("seconds", "said"), [(0, "0"), (0.1, "1"), (2, "2"), (2.5, "3")])
def test_retry_after_is_in_whole_seconds_rounded_up(seconds, said):
    assert RateLimited("x", retry_after=seconds).headers == {"retry-after": said}


def test_further_headers_are_kept():
    error = RateLimited("x", retry_after=1, headers={"cgb-route": "gemini/pro"})
    assert error.headers == {"cgb-route": "gemini/pro", "retry-after": "1"}
    error.headers["other"] = "x"
    assert "other" not in error.headers


def test_an_unusable_answer_says_what_spoilt_it():
    error = UnusableAnswer("x", kind="malformed_call", upstream_reason="MALFORMED", detail="d", calls=({"name": "a"},))
    assert (error.kind, error.upstream_reason, error.detail) == ("malformed_call", "MALFORMED", "d")
    assert error.calls == ({"name": "a"},)
    assert (error.status, error.type) == (502, "api_error")
    assert UnusableAnswer("x", kind="empty").calls == ()
    assert UnusableAnswer("x", kind="empty").stop_reason == ""
    assert UnusableAnswer("x", kind="other", stop_reason="refusal").stop_reason == "refusal"
