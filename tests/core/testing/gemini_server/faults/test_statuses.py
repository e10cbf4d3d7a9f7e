import json

import pytest

from cgb.testing.gemini_server.faults import statuses
from cgb.testing.gemini_server.faults.statuses import QUOTA, error

RETRY = "type.googleapis.com/google.rpc.RetryInfo"
JSON_ERRORS = [
    ("http", 503, "UNAVAILABLE", "This model is currently experiencing high demand. Spikes in demand are usually"),
    ("invalid_argument", 400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    (
        "prompt_too_long",
        400,
        "INVALID_ARGUMENT",
        "The input token count (1200000) exceeds the maximum number of tokens",
    ),
    ("bad_key", 400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    (
        "signature_missing",
        400,
        "INVALID_ARGUMENT",
        "Function call is missing a thought_signature in functionCall parts.",
    ),
    ("signature_corrupted", 400, "INVALID_ARGUMENT", "Corrupted thought signature."),
    ("location", 400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    ("billing", 400, "FAILED_PRECONDITION", "Gemini API free tier is not available in your country."),
    ("schema_refused", 400, "INVALID_ARGUMENT", 'Invalid JSON payload received. Unknown name "propertyNames" at'),
    ("response_count", 400, "INVALID_ARGUMENT", "Please ensure that the number of function response parts is equal"),
    ("call_turn", 400, "INVALID_ARGUMENT", "Please ensure that function call turn comes immediately after a user turn"),
    ("empty_part", 400, "INVALID_ARGUMENT", "* GenerateContentRequest.contents[1].parts[0].data: required oneof field"),
    ("search_and_functions", 400, "INVALID_ARGUMENT", "Tool use with function calling is unsupported"),
    ("payload_size", 400, "INVALID_ARGUMENT", "Request payload size exceeds the limit: 20971520 bytes."),
    ("unauthenticated", 401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
    ("permission_denied", 403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers"),
    ("model_not_found", 404, "NOT_FOUND", "models/gemini-0.9-pro is not found for API version v1beta"),
    ("rate_minute", 429, "RESOURCE_EXHAUSTED", QUOTA),
    ("rate_day", 429, "RESOURCE_EXHAUSTED", QUOTA),
    ("rate_bare", 429, "RESOURCE_EXHAUSTED", "Resource exhausted. Please try again later."),
    ("cancelled", 499, "CANCELLED", "The operation was cancelled."),
    ("internal", 500, "INTERNAL", "An internal error has occurred."),
    ("unavailable", 503, "UNAVAILABLE", "This model is currently experiencing high demand."),
    ("overloaded", 503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    ("deadline", 504, "DEADLINE_EXCEEDED", "The request timed out."),
]
PAGES = [("request_timeout", 408), ("too_large", 413), ("bad_gateway", 502), ("html_page", 200)]


def test_all_of_them_are_tested_here():
    assert {fault.name for fault in statuses.FAULTS} == {name for name, *_ in (*JSON_ERRORS, *PAGES)}


@pytest.mark.parametrize("form", ["streamed", "plain"])
@pytest.mark.parametrize(("name", "code", "status", "message"), JSON_ERRORS)
def test_errors(faulty, name, code, status, message, form):
    arrived = faulty(name, form)
    error = arrived.plain["error"]
    assert (arrived.status, error["code"], error["status"], arrived.end) == (code, code, status, "whole")
    assert error["message"].startswith(message)
    assert "retry-after" not in arrived.headers


@pytest.mark.parametrize("form", ["streamed", "plain"])
@pytest.mark.parametrize(("name", "code"), PAGES)
def test_pages(faulty, name, code, form):
    arrived = faulty(name, form)
    assert (arrived.status, arrived.headers["content-type"]) == (code, "text/html; charset=UTF-8")
    assert arrived.body.startswith(b"<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("name", "quota", "delay"),
    [("rate_minute", "PerMinute", "1.153412518s"), ("rate_day", "PerDay", "45.837906927s")],
)
def test_a_quota_says_how_long_in_fractions(faulty, name, quota, delay):
    """dcdpr/jp#1061, vercel/ai#18627, google-gemini/gemini-cli#22988."""
    failure, retry = faulty(name).plain["error"]["details"]
    assert quota in failure["violations"][0]["quotaId"]
    assert retry == {"@type": RETRY, "retryDelay": delay}
    assert "details" not in faulty("rate_bare").plain["error"]


def test_in_the_words_of_the_script(faulty):
    arrived = faulty("rate_minute", message="No.", retryDelay="0.2s", details=[])
    assert arrived.plain["error"]["message"] == "No."
    assert arrived.plain["error"]["details"] == [{"@type": RETRY, "retryDelay": "0.2s"}]


def test_the_default_error():
    assert json.dumps(error({"status": 418}).body()) == json.dumps(
        {"error": {"code": 418, "message": "Simulated error 418.", "status": "UNKNOWN"}}
    )
