"""Answers that are an HTTP error from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from cgb.testing.gemini_server.errors import STATUS_NAMES, TYPES, GoogleError, bearer, no_key, retry_info, wrong_key
from cgb.testing.gemini_server.faults.events import Event, Frame, Reply
from cgb.testing.gemini_server.faults.fault import Fault, Rewrite
from cgb.testing.gemini_server.faults.places import AT_FIRST, Options

if TYPE_CHECKING:
    from collections.abc import Callable

    from cgb.testing.gemini_server.calls import Json

ERRORS = "Gemini API contract, errors"
SIGNATURES = "musistudio/claude-code-router#1032, router-for-me/CLIProxyAPI#2098"
QUOTA = "You exceeded your current quota, please check your plan and billing details."
MESSAGES = {
    400: "Request contains an invalid argument.",
    429: QUOTA,
    500: "An internal error has occurred. Please retry or report in "
    "https://developers.generativeai.google/guide/troubleshooting",
    503: "This model is currently experiencing high demand. Spikes in demand are usually temporary. "
    "Please try again later.",
    504: "The request timed out. Please try again.",
}
PER_MINUTE = "GenerateRequestsPerMinutePerProjectPerModel"
PER_DAY = "GenerateRequestsPerDayPerProjectPerModel"
HTML = "text/html; charset=UTF-8"


def error(options: Options, default: int = 503) -> GoogleError:
    """The error a fault's options describe: `status`, `name`, `message`, `details`, `retryDelay`."""
    code = int(options.get("status", default))
    details = list(options.get("details", ()))
    if "retryDelay" in options:
        details.append(retry_info(str(options["retryDelay"])))
    message = options.get("message", MESSAGES.get(code, f"Simulated error {code}."))
    return GoogleError(code, str(message), status=options.get("name", STATUS_NAMES.get(code)), details=details)


def _http(_good: list[Frame], options: Options) -> NoReturn:
    raise error(options)


def _answered(status: int, **usual: Any) -> Rewrite:
    def rewrite(_good: list[Frame], options: Options) -> NoReturn:
        raise error({"status": status, **usual, **options})

    return rewrite


def _known(make: Callable[[], GoogleError]) -> Rewrite:
    def rewrite(_good: list[Frame], _options: Options) -> NoReturn:
        raise make()

    return rewrite


def _page(status: int, title: str) -> Rewrite:
    def rewrite(_good: list[Frame], _options: Options) -> list[Event]:
        body = f"<!DOCTYPE html>\n<html lang=en>\n<title>Error {status} ({title})!!1</title>\n<p>An error.\n"
        return [Reply(status, HTML, body.encode())]

    return rewrite


def _failure(quota: str) -> Json:
    metric = "generativelanguage.googleapis.com/generate_content_requests"
    return {"@type": f"{TYPES}QuotaFailure", "violations": [{"quotaMetric": metric, "quotaId": quota}]}


def _fault(name: str, summary: str, rewrite: Rewrite, source: str = ERRORS) -> Fault:
    return Fault(name, summary, source, rewrite, AT_FIRST)


FAULTS = (
    _fault("http", "an HTTP error in the script's own words", _http),
    _fault("invalid_argument", "400 without a reason", _answered(400)),
    _fault(
        "prompt_too_long",
        "400, the prompt does not fit the window",
        _answered(
            400,
            message="The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
        ),
        "google-gemini/gemini-cli#12098",
    ),
    _fault("bad_key", "400 API_KEY_INVALID", _known(wrong_key)),
    _fault(
        "signature_missing",
        "400, a function call came back without its thought signature",
        _answered(
            400,
            message="Function call is missing a thought_signature in functionCall parts. This is required for tools "
            "to work correctly, and missing thought_signature may lead to degraded model performance. Additional "
            "data, function call `default_api:Bash` , position 2. Please refer to "
            "https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
        ),
        SIGNATURES,
    ),
    _fault(
        "signature_corrupted",
        "400, a thought signature is not the model's",
        _answered(400, message="Corrupted thought signature."),
        SIGNATURES,
    ),
    _fault(
        "location",
        "400 FAILED_PRECONDITION, the service is not offered here",
        _answered(400, name="FAILED_PRECONDITION", message="User location is not supported for the API use."),
    ),
    _fault(
        "billing",
        "400 FAILED_PRECONDITION, billing is off",
        _answered(
            400,
            name="FAILED_PRECONDITION",
            message="Gemini API free tier is not available in your country. Please enable billing on your project in "
            "Google AI Studio.",
        ),
    ),
    _fault(
        "schema_refused",
        "400, one tool's schema has an unknown keyword",
        _answered(
            400,
            message='Invalid JSON payload received. Unknown name "propertyNames" at '
            "'tools[0].function_declarations[1].parameters.properties[0].value': Cannot find field.",
        ),
        "musistudio/claude-code-router#187",
    ),
    _fault(
        "response_count",
        "400, function responses do not match the calls",
        _answered(
            400,
            message="Please ensure that the number of function response parts is equal to the number of function call "
            "parts of the function call turn.",
        ),
        "google-gemini/gemini-cli#16216",
    ),
    _fault(
        "call_turn",
        "400, a function call turn in the wrong place",
        _answered(
            400,
            message="Please ensure that function call turn comes immediately after a user turn or after a function "
            "response turn.",
        ),
        "router-for-me/CLIProxyAPI#4959",
    ),
    _fault(
        "empty_part",
        "400, a part of the history is empty",
        _answered(
            400,
            message="* GenerateContentRequest.contents[1].parts[0].data: required oneof field 'data' must have one "
            "initialized field\n",
        ),
        "router-for-me/CLIProxyAPI#1293",
    ),
    _fault(
        "search_and_functions",
        "400, search beside functions on a model that cannot",
        _answered(400, message="Tool use with function calling is unsupported"),
        "googleapis/js-genai#435",
    ),
    _fault(
        "payload_size",
        "400, the request is too large",
        _answered(400, message="Request payload size exceeds the limit: 20971520 bytes."),
    ),
    _fault("unauthenticated", "401, an API key sent as a bearer token", _known(bearer)),
    _fault("permission_denied", "403, no key that may do this", _known(no_key)),
    _fault(
        "model_not_found",
        "404, no such model",
        _answered(
            404,
            message="models/gemini-0.9-pro is not found for API version v1beta, or is not supported for "
            "generateContent. Call ModelService.ListModels to see the list of available models and their supported "
            "methods.",
        ),
    ),
    _fault("request_timeout", "408 as an HTML page", _page(408, "Request Timeout")),
    _fault("too_large", "413 as an HTML page", _page(413, "Request Entity Too Large")),
    _fault(
        "rate_minute",
        "429 for this minute, with a fractional RetryInfo and no Retry-After",
        _answered(
            429,
            message=f"{QUOTA}\nPlease retry in 1.153412518s.",
            details=[_failure(PER_MINUTE)],
            retryDelay="1.153412518s",
        ),
        "google-gemini/gemini-cli#22988",
    ),
    _fault(
        "rate_day",
        "429 for the whole day",
        _answered(429, details=[_failure(PER_DAY)], retryDelay="45.837906927s"),
        "vercel/ai#18627",
    ),
    _fault("rate_bare", "429 without RetryInfo", _answered(429, message="Resource exhausted. Please try again later.")),
    _fault("cancelled", "499 CANCELLED", _answered(499, message="The operation was cancelled.")),
    _fault("internal", "500", _answered(500)),
    _fault("bad_gateway", "502 as an HTML page", _page(502, "Server Error")),
    _fault("unavailable", "503, high demand", _answered(503)),
    _fault(
        "overloaded",
        "503 in its older words",
        _answered(503, message="The model is overloaded. Please try again later."),
    ),
    _fault("deadline", "504 DEADLINE_EXCEEDED", _answered(504)),
    _fault("html_page", "200 with an HTML page in place of an answer", _page(200, "Sign in"), "a gateway in between"),
)
