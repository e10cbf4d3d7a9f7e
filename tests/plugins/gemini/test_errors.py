"""Gemini's errors as a client of the Messages API knows them (Gemini API contract, errors)."""

import orjson
import pytest

from cgb import (
    Billing,
    Forbidden,
    InvalidRequest,
    NotFound,
    Overloaded,
    RateLimited,
    Timeout,
    TooLarge,
    Unauthenticated,
    UnusableAnswer,
    UpstreamFailed,
)
from cgb_plugins.gemini.errors import error_in_stream, error_of

GOOGLE = "type.googleapis.com/google.rpc."
NAMES = {
    InvalidRequest: "invalid_request_error",
    Unauthenticated: "authentication_error",
    Billing: "billing_error",
    Forbidden: "permission_error",
    NotFound: "not_found_error",
    TooLarge: "request_too_large",
    RateLimited: "rate_limit_error",
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
    (
        400,
        body(400, "User location is not supported without a billing account linked.", "FAILED_PRECONDITION"),
        Billing,
        402,
        {},
        "without a billing account",
    ),
    (403, body(403, "Your API key was reported as leaked."), Unauthenticated, 401, NO_RETRY, "leaked"),
    (403, body(403, "Method doesn't allow unregistered callers."), Unauthenticated, 401, NO_RETRY, "unregistered"),
    (403, body(403, "The caller does not have permission", "PERMISSION_DENIED"), Forbidden, 403, {}, "gemini-test"),
    (404, body(404, "models/gemini-x is not found for API version v1beta"), NotFound, 404, {}, "gemini-test"),
    (404, b"<html>Not Found</html>", NotFound, 404, {}, "plugin.gemini.base_url"),
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
    (429, body(429, "Your prepayment credits are depleted."), Billing, 402, {}, "prepayment"),
    (429, body(429, "No capacity available for model m on the server"), Overloaded, 529, {}, "capacity"),
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
    (500, body(500, "An internal error has occurred."), UpstreamFailed, 500, {}, "internal error"),
    (500, body(500, "The model is overloaded."), Overloaded, 529, {}, "overloaded"),
    (502, b"<html><title>502 Server Error</title></html>", UpstreamFailed, 502, {}, "HTTP 502 with a web page"),
    (502, b"bad\r\n gateway\n", UpstreamFailed, 502, {}, "HTTP 502: bad gateway"),
    (503, body(503, "Full.", "UNAVAILABLE", retry_info("9.5s")), Overloaded, 529, {"retry-after": "10"}, "Full."),
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


def test_where_gemini_is_not_offered_a_proxy_helps():
    error = error_of(400, body(400, "User location is not supported for the API use.", "FAILED_PRECONDITION"), "m")

    assert "HTTPS_PROXY" in error.message


@pytest.mark.parametrize(
    ("status", "raw", "said"),
    [
        (503, body(503, "Full"), "Gemini is overloaded: Full. Ask again."),
        (503, body(503, "Full. Please try again later."), "Gemini is overloaded: Full. Please try again later."),
        (500, b"", "Gemini failed, by a fault of its own: HTTP 500 without an explanation. Ask again."),
        (520, b"Oh\nno", "Gemini, or something on the way to it, failed: HTTP 520: Oh no. Ask again."),
        (520, body(520, "Oh no!"), "Gemini, or something on the way to it, failed: HTTP 520: Oh no! Ask again."),
    ],
)
def test_messages_are_sentences_that_say_what_to_do_once(status, raw, said):
    assert error_of(status, raw, "m").message == said


def test_a_web_page_is_not_passed_on():
    error = error_of(502, b"<!DOCTYPE html><html><body><h1>Bad Gateway</h1></body></html>", "m")

    assert "<" not in error.message
    assert "Bad Gateway" not in error.message


@pytest.mark.parametrize("status", [400, 500])
def test_a_prompt_that_is_too_long_makes_claude_code_compact(status):
    """google-gemini/gemini-cli#12098; in other words it would break compaction: musistudio/claude-code-router#1799."""
    message = "The input token count (317740) exceeds the maximum number of tokens allowed (131072)."
    said = "prompt is too long: 317740 tokens > 131072 maximum"

    for error in (
        error_of(status, body(status, message), "m"),
        error_in_stream({"code": status, "message": message, "status": "INVALID_ARGUMENT"}, "m"),
    ):
        assert error.body() == {"type": "error", "error": {"type": "invalid_request_error", "message": said}}
        assert (error.status, error.headers) == (400, {})


def test_an_error_that_a_proxy_quotes_is_read_all_the_same():
    """google-gemini/gemini-cli#13467: Google's whole body as the message of another."""
    inner = body(429, QUOTA, "RESOURCE_EXHAUSTED", retry_info("46.5s")).decode()
    error = error_of(429, body(429, inner, "Too Many Requests"), "m")

    assert error.retry_after == 46.5
    assert f": {QUOTA} " in error.message


@pytest.mark.parametrize(
    "said",
    [
        # musistudio/claude-code-router#1032, claude-code#87311
        "Function call is missing a thought_signature in functionCall parts. This is required for tools to work.",
        "Corrupted thought signature.",  # google-gemini/gemini-cli#13467
        "Invalid thought signature.",  # lbjlaq/Antigravity-Manager#3342
        "Unable to submit request because Thought signature is not valid.. Learn more: x.",  # decolua/9router#301
        "Invalid value at 'contents[1].parts[0].thought_signature' (TYPE_BYTES), Base64 decoding failed.",
    ],
)
def test_a_bad_signature_can_be_mended_by_asking_with_dummies(said):
    error = error_of(400, body(400, said, "INVALID_ARGUMENT"), "m")

    assert isinstance(error, UnusableAnswer)
    assert (error.kind, error.remedy) == ("missing_signature", {"signatures": "dummy"})
    assert (error.status, error.type, error.detail) == (400, "invalid_request_error", said)
    assert said in error.message


def test_a_field_that_gemini_does_not_know_is_no_bad_signature():
    said = "Invalid JSON payload received. Unknown name \"thoughtSignature\" at 'contents[0].parts[0]'"

    assert type(error_of(400, body(400, said), "m")) is InvalidRequest


@pytest.mark.parametrize(
    ("model", "near"),
    [
        ("gemini-3.8-flsh", "Did you mean gemini-3.8-flash"),
        ("gemini-2.5-profi", "gemini-2.5-pro"),
        ("gpt-9", "/v1/models"),
    ],
)
def test_a_model_that_is_none_names_those_near_it(model, near):
    error = error_of(404, body(404, f"models/{model} is not found"), model, ["gemini-3.8-flash", "gemini-2.5-pro"])

    assert type(error) is NotFound
    assert near in error.message


SECRET = "AIzaSyA-not_a_real-key-0123456789"


@pytest.mark.parametrize(
    "said",
    [
        f"API key {SECRET} not valid. Please pass a valid API key.",
        f"Permission denied: Consumer 'api_key:{SECRET}' has been suspended.",  # continuedev/continue#10902
        f"Requests to https://x.example/v1beta/models?key={SECRET}&alt=sse are blocked.",
        f"Consumer 'api_key:{SECRET.removeprefix('AIza')}' is unknown.",
        f"The token AQ.{SECRET} expired",
    ],
)
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 502])
def test_a_key_in_google_s_words_is_masked(said, status):
    for raw in (body(status, said), said.encode(), body(status, body(status, said).decode())):
        error = error_of(status, raw, "m")
        assert SECRET.removeprefix("AIza") not in "".join((str(error), repr(error), str(error.body())))
        assert "[key]" in error.message


def test_a_suspended_key_is_a_bad_one():
    error = error_of(403, body(403, "Permission denied: Consumer 'api_key:x' has been suspended."), "m")

    assert (type(error), error.headers) == (Unauthenticated, NO_RETRY)


def test_an_explanation_that_repeats_the_request_is_shortened():
    assert len(error_of(400, body(400, "x" * 1_000_000), "m").message) < 5000


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
        ({"code": "rate_limited", "message": "x"}, UpstreamFailed),
        ({"status": "RESOURCE_EXHAUSTED", "message": "x"}, RateLimited),
        ({"message": "x"}, UpstreamFailed),
        ({"code": None}, UpstreamFailed),
        ({}, UpstreamFailed),
    ],
)
def test_an_error_in_a_stream(error, kind):
    assert type(error_in_stream(error, "m")) is kind
