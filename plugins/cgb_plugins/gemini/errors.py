"""What Gemini's errors mean to a client of the Messages API (Gemini API contract, errors)."""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from cgb import (
    ApiError,
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

_TOO_LONG = re.compile(r"input token count \((\d+)\) exceeds the maximum number of tokens allowed \((\d+)\)")
_RETRY_IN = re.compile(r"[Pp]lease retry in ([\d.]+)s")
_BAD_KEY = re.compile(r"API[_ ]key not (valid|found)|API[_ ]key expired|API_KEY_INVALID", re.IGNORECASE)
_KEY_FIX = "Set GEMINI_API_KEY to a valid key (https://aistudio.google.com/apikey) and restart the bridge."


def error_of(status: int, body: bytes, model: str) -> ApiError:
    """The error that an HTTP status and body of Gemini's come to; Google's own words are kept."""
    error = _parsed(body)
    message = str(error.get("message") or "") or f"HTTP {status} without an explanation"
    return _by_content(status, message, error) or _by_status(status, message, error, model)


def error_in_stream(error: Mapping[str, Any], model: str) -> ApiError:
    """The same for an error object inside a stream that began with 200."""
    code = error.get("code")
    return error_of(code if isinstance(code, int) and code else 500, orjson.dumps({"error": error}), model)


def _parsed(body: bytes) -> Mapping[str, Any]:
    """The error object, of a plain body or of the array that an unframed stream wraps it in; {} for HTML."""
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if isinstance(raw, list):
        raw = raw[0] if raw else {}
    error = raw.get("error") if isinstance(raw, dict) else None
    return error if isinstance(error, dict) else {}


def _by_content(status: int, message: str, error: Mapping[str, Any]) -> ApiError | None:
    too_long = _TOO_LONG.search(message)
    if too_long:
        # Claude Code compacts by itself at exactly these words.
        return InvalidRequest(f"prompt is too long: {too_long[1]} tokens > {too_long[2]} maximum")
    if status in {400, 401, 403} and (_BAD_KEY.search(message) or _reason(error) == "API_KEY_INVALID"):
        return Unauthenticated(f"Gemini does not accept the bridge's key: {message} {_KEY_FIX}")
    if status == 400 and "payload size" in message:  # noqa: PLR2004 - an HTTP status
        return TooLarge(f"the request is larger than Gemini takes: {message}")
    return None


def _by_status(status: int, message: str, error: Mapping[str, Any], model: str) -> ApiError:
    match status:
        case 400 | 413:
            kind = TooLarge if status == 413 else InvalidRequest  # noqa: PLR2004 - an HTTP status
            return kind(f"Gemini refused the request for {model}: {message}")
        case 401:
            return Unauthenticated(f"Gemini does not accept the bridge's credentials: {message} {_KEY_FIX}")
        case 403:
            return Forbidden(f"Gemini does not let the bridge's key use {model}: {message}")
        case 404:
            return NotFound(f"Gemini has no model {model}: {message}")
        case 408 | 504:
            return Timeout(f"Gemini took too long: {message}")
        case 429:
            return _rate_limited(message, error)
        case 503:
            return Overloaded(f"Gemini is overloaded: {message}")
        case 500:
            return Internal(f"Gemini failed: {message}")
        case _:
            return UpstreamFailed(f"Gemini, or something on the way to it, failed with HTTP {status}: {message}")


def _rate_limited(message: str, error: Mapping[str, Any]) -> RateLimited:
    """A quota is used up: until Google's own delay has passed, or for the day, which no retry mends."""
    if any("PerDay" in str(detail.get("violations")) for detail in _details(error)):
        return RateLimited(f"the day's Gemini quota is used up: {message}", should_retry=False)
    return RateLimited(f"Gemini's rate limit is reached: {message}", retry_after=_retry_after(message, error))


def _retry_after(message: str, error: Mapping[str, Any]) -> float | None:
    for detail in _details(error):
        delay = str(detail.get("retryDelay", "")).removesuffix("s")
        if delay.replace(".", "", 1).isdigit():
            return float(delay)
    said = _RETRY_IN.search(message)
    return float(said[1]) if said else None


def _reason(error: Mapping[str, Any]) -> str:
    return next((str(detail["reason"]) for detail in _details(error) if "reason" in detail), "")


def _details(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    details = error.get("details")
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
