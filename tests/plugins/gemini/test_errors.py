"""Gemini's errors as a client of the Messages API knows them (Gemini API contract, errors)."""

import orjson
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
from cgb_plugins.gemini.errors import error_in_stream, error_of

GOOGLE = "type.googleapis.com/google.rpc."
NAMES = {
    InvalidRequest: "invalid_request_error",
    Unauthenticated: "authentication_error",
    Forbidden: "permission_error",
    NotFound: "not_found_error",
    TooLarge: "request_too_large",
    RateLimited: "rate_limit_error",
    Internal: "api_error",
    UpstreamFailed: "api_error",
    Overloaded: "overloaded_error",
    Timeout: "timeout_error",
}


def body(code, message, status="", *details):
    return orjson.dumps({"error": {"code": code, "message": message, "status": status, "details": list(details)}})


def retry_info(delay):
    return {"@type": f"{GOOGLE}RetryInfo", "retryDelay": delay}


def quota(identity):
    return {"@type": f"{GOOGLE}QuotaFailure", "violations": [{"quotaMetric": "m", "quotaId": identity}]}


def reason(word):
    return {"@type": f"{GOOGLE}ErrorInfo", "reason": word, "domain": "googleapis.com"}


BAD_KEY = "API key not valid. Please pass a valid API key."
QUOTA = "You exceeded your current quota, please check your plan and billing details."
NO_RETRY = {"x-should-retry": "false"}

TABLE = [
    # status, body, our error, its status, its headers, words of its message
    (400, body(400, BAD_KEY, "INVALID_ARGUMENT", reason("API_KEY_INVALID")), Unauthenticated, 401, NO_RETRY, BAD_KEY),
    (400, body(400, "API key expired. Please renew the API key."), Unauthenticated, 401, NO_RETRY, "GEMINI_API_KEY"),
    (400, body(400, "API Key not found. Please pass a valid API key."), Unauthenticated, 401, NO_RETRY, "not found"),
    (401, body(401, "Request had invalid authentication credentials."), Unauthenticated, 401, NO_RETRY, "credentials"),
    (
        400,
        body(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"),
        InvalidRequest,
        400,
        {},
        "User location",
    ),
    (400, body(400, "Request payload size exceeds the limit: 20971520 bytes."), TooLarge, 413, {}, "20971520"),
    (413, b"<html>Request Entity Too Large</html>", TooLarge, 413, {}, "HTTP 413"),
    (
        400,
        body(400, "* GenerateContentRequest.contents: contents is not specified\n"),
        InvalidRequest,
        400,
        {},
        "contents is not specified",
    ),
    (400, b"", InvalidRequest, 400, {}, "HTTP 400"),
    (403, body(403, "Your API key was reported as leaked. Please use another API key."), Forbidden, 403, {}, "leaked"),
    (403, body(403, "Method doesn't allow unregistered callers."), Forbidden, 403, {}, "unregistered"),
    (404, body(404, "models/gemini-x is not found for API version v1beta"), NotFound, 404, {}, "gemini-test"),
    (408, b"", Timeout, 504, {}, ""),
    (429, body(429, QUOTA, "RESOURCE_EXHAUSTED", retry_info("46s")), RateLimited, 429, {"retry-after": "46"}, QUOTA),
    (429, body(429, QUOTA, "", retry_info("45.837906927s")), RateLimited, 429, {"retry-after": "46"}, QUOTA),
    (
        429,
        body(429, QUOTA, "", quota("GenerateRequestsPerMinutePerProjectPerModel"), retry_info("3s")),
        RateLimited,
        429,
        {"retry-after": "3"},
        QUOTA,
    ),
    (429, body(429, f"{QUOTA} Please retry in 46.153412518s."), RateLimited, 429, {"retry-after": "47"}, QUOTA),
    (429, body(429, f"{QUOTA} Please retry in 1h2m3s."), RateLimited, 429, {}, QUOTA),
    (429, body(429, QUOTA, "", retry_info("soon")), RateLimited, 429, {}, QUOTA),
    (
        429,
        body(429, QUOTA, "", quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"), retry_info("9s")),
        RateLimited,
        429,
        NO_RETRY,
        "the day's",
    ),
    (429, b"slow down", RateLimited, 429, {}, "HTTP 429"),
    (500, body(500, "An internal error has occurred."), Internal, 500, {}, "internal error"),
    (502, b"<html><title>502 Server Error</title></html>", UpstreamFailed, 502, {}, "HTTP 502"),
    (503, body(503, "This model is currently experiencing high demand.", "UNAVAILABLE"), Overloaded, 529, {}, "demand"),
    (503, body(503, "The model is overloaded. Please try again later."), Overloaded, 529, {}, "overloaded"),
    (503, b"upstream connect error", Overloaded, 529, {}, "HTTP 503"),
    (504, body(504, "The request timed out. Please try again.", "DEADLINE_EXCEEDED"), Timeout, 504, {}, "timed out"),
    (499, body(499, "The operation was cancelled."), UpstreamFailed, 502, {}, "HTTP 499"),
    (302, b"", UpstreamFailed, 502, {}, "HTTP 302"),
]


@pytest.mark.parametrize(("status", "raw", "kind", "ours", "headers", "words"), TABLE)
def test_the_table(status, raw, kind, ours, headers, words):
    error = error_of(status, raw, "gemini-test")

    assert type(error) is kind
    assert (error.status, error.type) == (ours, NAMES[kind])
    assert error.headers == headers
    assert words in error.message


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ((317740, 131072), "prompt is too long: 317740 tokens > 131072 maximum"),
        ((1048577, 1048576), "prompt is too long: 1048577 tokens > 1048576 maximum"),
    ],
)
def test_a_prompt_that_is_too_long_makes_claude_code_compact(numbers, said):
    """google-gemini/gemini-cli#12098; in other words it would break compaction: musistudio/claude-code-router#1799."""
    given, limit = numbers
    message = f"The input token count ({given}) exceeds the maximum number of tokens allowed ({limit})."

    for error in (
        error_of(400, body(400, message), "m"),
        error_in_stream({"code": 400, "message": message, "status": "INVALID_ARGUMENT"}, "m"),
    ):
        assert error.body() == {"type": "error", "error": {"type": "invalid_request_error", "message": said}}
        assert error.status == 400
        assert error.headers == {}


def test_the_array_of_an_unframed_stream():
    error = error_of(503, b"[" + body(503, "Full.") + b"]", "m")

    assert type(error) is Overloaded
    assert "Full." in error.message


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[1]",
        b"7",
        b'"x"',
        b"{}",
        b'{"error": "x"}',
        b'{"error": null}',
        b'{"error": {}}',
        b'{"error": {"message": null, "details": {}}}',
        b'{"error": {"details": [1, null, {"violations": [1]}]}}',
    ],
)
@pytest.mark.parametrize("status", [400, 403, 429, 500, 503, 599])
def test_any_body_is_an_error_with_a_message(raw, status):
    error = error_of(status, raw, "m")

    assert error.message
    assert error.status >= 400


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": 429, "message": "x", "details": [retry_info("2s")]}, RateLimited),
        ({"code": 503, "message": "x"}, Overloaded),
        ({"code": "rate_limited", "message": "x"}, Internal),
        ({"message": "x"}, Internal),
        ({"code": None}, Internal),
        ({}, Internal),
    ],
)
def test_an_error_in_a_stream(error, kind):
    assert type(error_in_stream(error, "m")) is kind
