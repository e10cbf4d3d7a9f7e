"""What the server's errors mean: what it says is passed on, and by whom and under which id it was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

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
from cgb.upstream import unexplained

if TYPE_CHECKING:
    from collections.abc import Mapping

_BY_STATUS: dict[int, type[ApiError]] = {
    400: InvalidRequest,
    401: Unauthenticated,
    402: Billing,
    403: Forbidden,
    404: NotFound,
    405: NotAllowed,
    408: Timeout,
    413: TooLarge,
    429: RateLimited,
    503: Overloaded,
    504: Timeout,
    529: Overloaded,
}
_BY_TYPE: dict[str, type[ApiError]] = {
    "invalid_request_error": InvalidRequest,
    "authentication_error": Unauthenticated,
    "billing_error": Billing,
    "permission_error": Forbidden,
    "not_found_error": NotFound,
    "request_too_large": TooLarge,
    "rate_limit_error": RateLimited,
    "timeout_error": Timeout,
    "overloaded_error": Overloaded,
}
_CLIENT_ERRORS, _SERVER_ERRORS = range(400, 500), range(500, 600)
_LONGEST = 4000
"""How many characters of an explanation are kept."""

_KEY_FIX = "Set ANTHROPIC_API_KEY (or plugin.anthropic.auth_token) to a valid key and restart the bridge."


def error_of(status: int, body: bytes, headers: Mapping[str, str], host: str) -> ApiError:
    """The error that an HTTP answer comes to: its status, type and delays stay, its words come first.

    Claude Code acts on how a message begins, such as `prompt is too long` (Claude Code contract, errors).
    """
    whole = _parsed(body)
    said = whole.get("error")
    error = said if isinstance(said, dict) else {}
    request_id = headers.get("request-id") or whole.get("request_id")
    text = str(error.get("message") or "") or unexplained(status, body)
    kind = _kind(status)
    return kind(
        _told(text, kind, host, str(request_id or "")),
        status=status if status in _CLIENT_ERRORS or status in _SERVER_ERRORS else None,
        type=str(error["type"]) if error.get("type") else None,
        retry_after=_seconds(headers.get("retry-after", "")),
        should_retry={"true": True, "false": False}.get(headers.get("x-should-retry", "").lower()),
    )


def error_in_stream(error: ApiError, host: str) -> ApiError:
    """An `error` event as the class that its type means."""
    kind = _BY_TYPE.get(error.type, UpstreamFailed)
    status = 500 if kind is UpstreamFailed else None
    return kind(_told(error.message, kind, host, ""), status=status, type=error.type)


def _kind(status: int) -> type[ApiError]:
    usual = InvalidRequest if status in _CLIENT_ERRORS else UpstreamFailed
    return _BY_STATUS.get(status, usual)


def _told(text: str, kind: type[ApiError], host: str, request_id: str) -> str:
    """The server's words, cut to a bearable length, and where they are from."""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} […]"
    where = f"{host}, request {request_id}" if request_id else host
    return f"{text} ({where}){f' {_KEY_FIX}' if kind is Unauthenticated else ''}"


def _parsed(body: bytes) -> Mapping[str, Any]:
    try:
        raw = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _seconds(delay: str) -> float | None:
    """A `retry-after` in seconds; the form that is a date is not sent here."""
    try:
        seconds = float(delay)
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None
