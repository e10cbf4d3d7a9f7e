"""What the server's errors become."""

import orjson
import pytest

from cgb import (
    ApiError,
    Billing,
    Forbidden,
    InvalidRequest,
    NotAllowed,
    NotFound,
    Overloaded,
    RateLimited,
    Timeout,
    TooLarge,
    Unauthenticated,
    UpstreamFailed,
)
from cgb_plugins.anthropic.errors import error_in_stream, error_of

HOST = "api.example.org"


def body(kind, message, **fields):
    return orjson.dumps({"type": "error", "error": {"type": kind, "message": message}, **fields})


def error(status=400, said=b"", **headers):
    return error_of(status, said, {name.replace("_", "-"): value for name, value in headers.items()}, HOST)


@pytest.mark.parametrize(
    ("status", "kind", "of"),
    [
        (400, "invalid_request_error", InvalidRequest),
        (401, "authentication_error", Unauthenticated),
        (402, "billing_error", Billing),
        (403, "permission_error", Forbidden),
        (404, "not_found_error", NotFound),
        (405, "invalid_request_error", NotAllowed),
        (408, "timeout_error", Timeout),
        (413, "request_too_large", TooLarge),
        (418, "teapot_error", InvalidRequest),
        (422, "invalid_request_error", InvalidRequest),
        (429, "rate_limit_error", RateLimited),
        (500, "api_error", UpstreamFailed),
        (502, "api_error", UpstreamFailed),
        (503, "overloaded_error", Overloaded),
        (504, "timeout_error", Timeout),
        (529, "overloaded_error", Overloaded),
    ],
)
def test_status_type_and_words_stay(status, kind, of):
    got = error(status, body(kind, "What it said."))
    assert type(got) is of
    assert (got.status, got.type) == (status, kind)
    assert got.message.startswith(f"What it said. ({HOST})")


def test_words_that_the_client_acts_on_come_first():
    said = "prompt is too long: 210000 tokens > 200000 maximum"
    assert error(400, body("invalid_request_error", said)).message.startswith(said)


def test_the_delay_and_whether_to_retry_stay():
    got = error(429, body("rate_limit_error", "Slow down."), retry_after="7.5", x_should_retry="true")
    assert (got.retry_after, got.should_retry) == (7.5, True)
    assert got.headers == {"retry-after": "8", "x-should-retry": "true"}
    assert error(529, b"", x_should_retry="false").should_retry is False
    assert error(500, b"", x_should_retry="maybe").should_retry is None


@pytest.mark.parametrize("delay", ["", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "inf", "nan"])
def test_a_delay_that_is_no_number_of_seconds_is_none(delay):
    assert error(429, b"", retry_after=delay).retry_after is None


def test_the_servers_id_of_the_request_is_told():
    assert (
        "request req_head" in error(500, body("api_error", "No.", request_id="req_body"), request_id="req_head").message
    )
    assert "request req_body" in error(500, body("api_error", "No.", request_id="req_body")).message


def test_a_key_that_is_refused_says_what_to_do():
    got = error(401, body("authentication_error", "invalid x-api-key"))
    assert got.message.endswith(
        "Set ANTHROPIC_API_KEY (or plugin.anthropic.auth_token) to a valid key and restart the bridge."
    )
    assert got.should_retry is False


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (b"", "HTTP 502 without an explanation."),
        (b"<html>Bad gateway</html>", "HTTP 502 with a web page"),
        (b"no  upstream\n", "HTTP 502: no upstream"),
        (b"[]", "HTTP 502: []"),
        (b'{"error":"odd"}', 'HTTP 502: {"error":"odd"}'),
        (b"\xff", "HTTP 502: \ufffd"),
    ],
)
def test_what_is_no_error_of_the_api_is_told_as_far_as_it_helps(said, told):
    got = error(502, said)
    assert got.message.startswith(told)
    assert got.type == "api_error"


def test_a_redirect_is_a_failure_of_the_server():
    assert (error(302).status, type(error(302))) == (502, UpstreamFailed)


def test_long_words_are_cut():
    assert len(error(500, body("api_error", "x" * 10_000)).message) < 4_100


@pytest.mark.parametrize(
    ("kind", "of", "status"),
    [
        ("overloaded_error", Overloaded, 529),
        ("rate_limit_error", RateLimited, 429),
        ("invalid_request_error", InvalidRequest, 400),
        ("api_error", UpstreamFailed, 500),
        ("novel_error", UpstreamFailed, 500),
    ],
)
def test_an_error_event_is_of_the_class_its_type_means(kind, of, status):
    got = error_in_stream(ApiError("Sorry.", type=kind), HOST)
    assert type(got) is of
    assert (got.status, got.type, got.message) == (status, kind, f"Sorry. ({HOST})")
