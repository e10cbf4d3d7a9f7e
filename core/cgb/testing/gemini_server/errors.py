"""Errors in Google's shape: `{"error": {"code", "message", "status", "details"}}`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cgb.testing.gemini_server.calls import Json, Violation

TYPES = "type.googleapis.com/google.rpc."
STATUS_NAMES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ABORTED",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class GoogleError(Exception):
    """An answer that is an error; raised anywhere, written by the routes."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        status: str | None = None,
        details: Sequence[Json] = (),
        violations: Sequence[Violation] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status or STATUS_NAMES.get(code, "UNKNOWN")
        self.message = message
        self.details = list(details)
        self.violations = tuple(violations)

    def body(self) -> Json:
        """The JSON body."""
        error: dict[str, Any] = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


def bad_request(violations: Sequence[Violation]) -> Json:
    """The `BadRequest` detail of google/rpc/error_details.proto."""
    found = [{"field": item.field, "description": item.text} for item in violations]
    return {"@type": f"{TYPES}BadRequest", "fieldViolations": found}


def retry_info(delay: str) -> Json:
    """The `RetryInfo` detail; Google says the delay here and not in a Retry-After header."""
    return {"@type": f"{TYPES}RetryInfo", "retryDelay": delay}


def no_key() -> GoogleError:
    """No API key at all."""
    return GoogleError(
        403,
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API.",
    )


def wrong_key() -> GoogleError:
    """An API key the service does not know: 400, not 401."""
    message = "API key not valid. Please pass a valid API key."
    info = {
        "@type": f"{TYPES}ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
    localized = {"@type": f"{TYPES}LocalizedMessage", "locale": "en-US", "message": message}
    return GoogleError(400, message, details=[info, localized])


def bearer() -> GoogleError:
    """An API key sent as a bearer token."""
    message = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
        "other valid authentication credential. "
        "See https://developers.google.com/identity/sign-in/web/devconsole-project."
    )
    info = {
        "@type": f"{TYPES}ErrorInfo",
        "reason": "ACCESS_TOKEN_TYPE_UNSUPPORTED",
        "domain": "googleapis.com",
        "metadata": {"service": "generativelanguage.googleapis.com"},
    }
    return GoogleError(401, message, details=[info])


def unknown_model(model: str, version: str, method: str) -> GoogleError:
    """A model this service does not have."""
    return GoogleError(
        404,
        f"models/{model} is not found for API version {version}, or is not supported for {method}. "
        "Call ModelService.ListModels to see the list of available models and their supported methods.",
    )
