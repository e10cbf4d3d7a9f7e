"""Every error cgb raises.

CgbError
├── ConfigError
├── PluginError
└── ApiError
    ├── InvalidRequest
    ├── Unauthenticated
    ├── Billing
    ├── Forbidden
    ├── NotFound
    ├── NotAllowed
    ├── Timeout
    ├── TooLarge
    ├── RateLimited
    ├── Internal
    ├── UpstreamFailed
    ├── Overloaded
    └── UnusableAnswer
"""

from collections.abc import Mapping
from math import ceil
from typing import Any, ClassVar


class CgbError(Exception):
    """The base of all of them."""


class ConfigError(CgbError):
    """cgb.toml, the environment or the command line asks for something that cannot be: one line, exit 2."""


class PluginError(CgbError):
    """A plugin is missing, broken, or not what the hooks expect: one line, exit 2."""


class ApiError(CgbError):
    """A request failed: becomes an Anthropic error response, or an `error` event once an answer has begun.

    Args:
        message: what happened, whose fault it is and what to do; shown to the user.
        status: HTTP status, if not the class's own.
        type: Anthropic's error type, if not the class's own.
        retry_after: seconds the client should wait.
        should_retry: tells the client to retry or not, where the status alone would mislead it
            (a 401 is otherwise retried for minutes: Claude Code contract, errors).
        headers: further response headers.
    """

    status: int = 500
    type: str = "api_error"
    default_should_retry: ClassVar[bool | None] = None

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        type: str | None = None,  # noqa: A002 - Anthropic's own name for it
        retry_after: float | None = None,
        should_retry: bool | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status or self.status
        self.type = type or self.type
        self.retry_after = retry_after
        self.should_retry = self.default_should_retry if should_retry is None else should_retry
        self._headers = dict(headers or {})

    def body(self, request_id: str | None = None) -> dict[str, Any]:
        """The error as Anthropic words it: a response's body, or the data of an `error` event."""
        body: dict[str, Any] = {"type": "error", "error": {"type": self.type, "message": self.message}}
        return {**body, "request_id": request_id} if request_id else body

    @property
    def headers(self) -> dict[str, str]:
        """What the response says besides: `retry-after` in whole seconds, rounded up, and `x-should-retry`."""
        headers = dict(self._headers)
        if self.retry_after is not None:
            headers["retry-after"] = str(ceil(self.retry_after))
        if self.should_retry is not None:
            headers["x-should-retry"] = str(self.should_retry).lower()
        return headers


class InvalidRequest(ApiError):
    """The request cannot be understood or fulfilled as it is."""

    status = 400
    type = "invalid_request_error"


class Unauthenticated(ApiError):
    """No key, or a wrong one; the client is told not to try again."""

    status = 401
    type = "authentication_error"
    default_should_retry = False


class Billing(ApiError):
    """The provider wants to be paid."""

    status = 402
    type = "billing_error"


class Forbidden(ApiError):
    """The key may not do this."""

    status = 403
    type = "permission_error"


class NotFound(ApiError):
    """No such path, model or route."""

    status = 404
    type = "not_found_error"


class NotAllowed(ApiError):
    """The path is right, the method is not."""

    status = 405
    type = "invalid_request_error"


class Timeout(ApiError):
    """Upstream took too long."""

    status = 504
    type = "timeout_error"


class TooLarge(ApiError):
    """The body is larger than this server or the provider takes."""

    status = 413
    type = "request_too_large"


class RateLimited(ApiError):
    """A quota is used up; `retry_after` says for how long, where the provider said so."""

    status = 429
    type = "rate_limit_error"


class Internal(ApiError):
    """A fault of cgb or of a plugin."""

    status = 500
    type = "api_error"


class UpstreamFailed(ApiError):
    """The provider failed, or could not be reached."""

    status = 502
    type = "api_error"


class Overloaded(ApiError):
    """The provider has no capacity at the moment."""

    status = 529
    type = "overloaded_error"


class UnusableAnswer(ApiError):
    """Upstream answered with nothing a client could use; raised by transports, climbed by stream repair.

    Args:
        message: what happened, for the user.
        kind: `empty`, `malformed_call`, `unexpected_tool_call`, `recitation`, `no_candidates`, `cut`, `stall`, …
        upstream_reason: the provider's own word for it.
        detail: what the provider said besides.
        calls: tool calls that the provider proposed and spoilt, as JSON objects `{"name": …, "input": {…}}`.
        remedy: options of the route under which the transport expects a better answer.
        stop_reason: how the answer may honestly end when asking again did not help: `refusal`, whose words
            the message then is, or `max_tokens`; "" where it can only be an error.
        status: HTTP status once nobody asks again, if not the class's own.
        type: the same for Anthropic's error type.
    """

    status = 502
    type = "api_error"

    def __init__(
        self,
        message: str,
        *,
        kind: str,
        upstream_reason: str = "",
        detail: str = "",
        calls: tuple[Mapping[str, Any], ...] = (),
        remedy: Mapping[str, Any] | None = None,
        stop_reason: str = "",
        status: int | None = None,
        type: str | None = None,  # noqa: A002 - Anthropic's own name for it
    ) -> None:
        super().__init__(message, status=status, type=type)
        self.kind = kind
        self.upstream_reason = upstream_reason
        self.detail = detail
        self.calls = calls
        self.remedy = dict(remedy or {})
        self.stop_reason = stop_reason
