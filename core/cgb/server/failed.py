"""An error as an HTTP response in Anthropic's shape."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from ..errors import ApiError, Internal
from ..log import log
from ..messages import new_id

_CLIENT_CLOSED_REQUEST = 499


def response_to(error: Exception) -> Response:
    """What to say of an error that an endpoint raised; one that is none of ours is a bug, and logged."""
    if isinstance(error, ApiError):
        return told(error)
    if isinstance(error, ClientDisconnect):  # before its request was whole: nobody reads this
        return Response(status_code=_CLIENT_CLOSED_REQUEST)
    log.error("a request failed inside cgb", exc_info=error)
    return told(bug(error))


def bug(error: Exception) -> Internal:
    """What the client is told of an error that should not be."""
    return Internal(f"cgb itself failed: {type(error).__name__}; its log has the traceback.")


def told(error: ApiError) -> JSONResponse:
    """The error, with an id of its own."""
    request_id = new_id("req")
    return JSONResponse(error.body(request_id), error.status, {"request-id": request_id, **error.headers})
