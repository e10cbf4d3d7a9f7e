"""What Gemini's errors mean to a client of the Messages API (Gemini API contract, errors)."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

import orjson

from cgb import (
    ApiError,
    Billing,
    Forbidden,
    InvalidRequest,
    NotFound,
    Overloaded,
    Timeout,
    TooLarge,
    Unauthenticated,
    UnusableAnswer,
    UpstreamFailed,
)
from cgb.upstream import unexplained

from .overflow import overflow
from .quota import details_of, quota_error, retry_after

_STATUS = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""The HTTP status of Google's own names, for error objects that have no code."""

_LONGEST = 4000
"""How many characters of an explanation are kept: some repeat a whole argument of the request."""

_SECRETS = re.compile(r"AIza[\w-]+|\bAQ\.[\w.-]+|(?<=api_key:)[\w.-]+|(?<=[?&]key=)[^\s&\"']+")
_BAD_KEY = re.compile(
    r"API[_ ]key not (valid|found)|API[_ ]key expired|API_KEY_INVALID|CONSUMER_SUSPENDED"
    r"|reported as leaked|has been suspended|unregistered callers",
    re.IGNORECASE,
)
_BUSY = re.compile(r"model is overloaded|high demand|no capacity available|MODEL_CAPACITY_EXHAUSTED", re.IGNORECASE)
_UNPAID = re.compile(r"\bbilling\b", re.IGNORECASE)
_SPENT = re.compile(r"credits are depleted|spend(ing)? cap", re.IGNORECASE)
_SIGNATURE = re.compile(r"thought[_ ]?signature", re.IGNORECASE)
_ADVICE = re.compile(r"\bagain\b|\bretry\b", re.IGNORECASE)
_KEY_FIX = "Set GEMINI_API_KEY to a valid key (https://aistudio.google.com/apikey) and restart the bridge."
_BILLING_FIX = "See to the billing of the key's project at https://aistudio.google.com, or set another key."


def error_of(status: int, body: bytes, model: str, known: Iterable[str] = ()) -> ApiError:
    """The error that an HTTP status and body of Gemini's come to; Google's own words are kept, but for keys in them.

    `known` are the models there are, of which the nearest are named where `model` is none.
    """
    error = _parsed(body)
    said = _masked(str(error.get("message") or "") or unexplained(status, body))
    found = overflow(said) or _of_the_key(status, said, error) or _by_content(status, said, error)
    return found or _by_status(status, said, error, model, known)


def error_in_stream(error: Mapping[str, Any], model: str) -> ApiError:
    """The same for an error object inside a stream that began with 200."""
    code = error.get("code")
    status = code if isinstance(code, int) and code else _STATUS.get(str(error.get("status")), 500)
    return error_of(status, orjson.dumps({"error": error}), model)


def _parsed(body: bytes | str) -> Mapping[str, Any]:
    """The error object: of a plain body, of an unframed stream's array, or of a proxy's error that quotes it."""
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if isinstance(raw, list):
        raw = raw[0] if raw else {}
    error = raw.get("error") if isinstance(raw, dict) else None
    if not isinstance(error, dict):
        return {}
    return _parsed(str(error.get("message"))) or error


def _masked(message: str) -> str:
    """An explanation as it may be shown: without keys, of bearable length, and as a sentence others can follow."""
    message = _SECRETS.sub("[key]", message).strip()
    if len(message) > _LONGEST:
        message = f"{message[:_LONGEST]} […]"
    return message if message.endswith((".", "!", "?")) else f"{message}."


def _of_the_key(status: int, said: str, error: Mapping[str, Any]) -> ApiError | None:
    """What is wrong with the key, or with the project that pays for it."""
    refused = status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN} and _BAD_KEY.search(f"{_reason(error)} {said}")
    if refused or status == HTTPStatus.UNAUTHORIZED:
        return Unauthenticated(f"Gemini does not accept the bridge's key: {said} {_KEY_FIX}")
    if _is_unpaid(status, said, error):
        return Billing(f"Google wants the key's project to have billing set up: {said} {_BILLING_FIX}")
    return None


def _is_unpaid(status: int, said: str, error: Mapping[str, Any]) -> bool:
    match status:
        case 400 | 403:
            return error.get("status") == "FAILED_PRECONDITION" and _UNPAID.search(said) is not None
        case 429:
            return _SPENT.search(said) is not None
        case _:
            return status == HTTPStatus.PAYMENT_REQUIRED


def _by_content(status: int, said: str, error: Mapping[str, Any]) -> ApiError | None:
    """What the words say more exactly than the status."""
    if status in {429, 500, 503} and _BUSY.search(f"{_reason(error)} {said}"):
        return _overloaded(said, error)
    if status != HTTPStatus.BAD_REQUEST:
        return None
    if "location" in said and error.get("status") == "FAILED_PRECONDITION":
        return InvalidRequest(
            f"Google does not offer Gemini where the bridge runs: {said} "
            "Run it elsewhere, or set HTTPS_PROXY to a proxy elsewhere."
        )
    if "payload size" in said:
        return _too_large(said)
    if _SIGNATURE.search(said) and "Unknown name" not in said:
        return _bad_signature(said)
    return None


def _bad_signature(said: str) -> UnusableAnswer:
    """Asking again with dummies mends it (Gemini API contract, thought signatures)."""
    return UnusableAnswer(
        "Gemini did not accept a thought signature of the conversation's earlier tool calls, which were lost or "
        f"changed on their way through the client: {said} If this comes again, start a new conversation.",
        kind="missing_signature",
        upstream_reason="INVALID_ARGUMENT",
        detail=said,
        remedy={"signatures": "dummy"},
        status=400,
        type="invalid_request_error",
    )


def _by_status(status: int, said: str, error: Mapping[str, Any], model: str, known: Iterable[str]) -> ApiError:
    match status:
        case 400:
            return InvalidRequest(
                f"Gemini refused the request for {model}: {said} "
                "If nothing about the request is unusual, the bridge translated it badly: please report this text."
            )
        case 403:
            return Forbidden(
                f"Gemini does not let the bridge's key use {model}: {said} "
                "Allow it in the key's project, or set another model or key."
            )
        case 404 if not error:
            return NotFound(f"there is no Gemini API at plugin.gemini.base_url: {said} Correct the address.")
        case 404:
            return NotFound(f"Gemini has no model {model}: {said}{_near(model, known)}")
        case 408 | 504:
            return Timeout(f"Gemini took too long: {said}{_again(said)}")
        case 413:
            return _too_large(said)
        case 429:
            return quota_error(said, error)
        case 503:
            return _overloaded(said, error)
        case 500:
            return UpstreamFailed(f"Gemini failed, by a fault of its own: {said}{_again(said)}", status=500)
        case _:
            number = "" if said.startswith("HTTP ") else f"HTTP {status}: "
            return UpstreamFailed(f"Gemini, or something on the way to it, failed: {number}{said}{_again(said)}")


def _too_large(said: str) -> TooLarge:
    return TooLarge(f"the request is larger than Gemini takes: {said} Send fewer or smaller files and images.")


def _overloaded(said: str, error: Mapping[str, Any]) -> Overloaded:
    """Gemini's delay, where it names one: google-gemini/gemini-cli#24815."""
    return Overloaded(f"Gemini is overloaded: {said}{_again(said)}", retry_after=retry_after(said, error))


def _again(said: str) -> str:
    """What to do, unless Google says so itself."""
    return "" if _ADVICE.search(said) else " Ask again."


def _near(model: str, known: Iterable[str]) -> str:
    near = get_close_matches(model, sorted(known), n=3)
    return f" Did you mean {' or '.join(near)}?" if near else " /v1/models lists what there is."


def _reason(error: Mapping[str, Any]) -> str:
    """What an ErrorInfo gives as the reason."""
    return next((str(detail["reason"]) for detail in details_of(error) if "reason" in detail), "")
