"""FastAPI's part of the surface: it describes all of it in /docs, and answers what is asked for seldom."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from ..errors import ApiError, InvalidRequest, NotAllowed, NotFound
from ..messages import Message, MessagesRequest
from .check import probe
from .failed import bug, response_to, told
from .health import hello, status
from .models import entry, listing, page
from .routes import count_tokens, messages

if TYPE_CHECKING:
    from collections.abc import Callable

router = APIRouter()


def described(state: Any) -> FastAPI:
    """All endpoints, the direct ones included, which come this way where the bridge is mounted below a path."""
    app = FastAPI(title="claude-gemini-bridge", version=version("claude-gemini-bridge"))
    app.state = state
    app.include_router(router)
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    return app


@router.get("/v1/models")
async def models(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 20,
    after_id: str | None = None,
    before_id: str | None = None,
) -> dict[str, Any]:
    """The models the client may pick."""
    for transport in request.app.state.generations.pipeline.transports.values():
        transport.refresh()
    return page(listing(request.app.state.generations.pipeline), limit, after_id, before_id)


@router.get("/v1/models/{model_id:path}")
async def model(request: Request, model_id: str) -> dict[str, Any]:
    """One of them, or any other name that a request could bear."""
    return await entry(request.app.state.generations.pipeline, model_id)


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """The figures of this process."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)


_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": MessagesRequest.model_json_schema()}}}
}
router.add_api_route("/v1/messages", messages, methods=["POST"], response_model=Message, openapi_extra=_BODY)
router.add_api_route("/v1/messages/count_tokens", count_tokens, methods=["POST"], openapi_extra=_BODY)
router.add_api_route("/", hello, methods=["GET", "HEAD"], include_in_schema=False)
router.add_api_route("/api/hello", hello, methods=["GET", "HEAD"], include_in_schema=False)
router.add_api_route("/health", status, methods=["GET"], response_model=dict[str, Any])
router.add_api_route("/test-connection", probe, methods=["GET"])


async def _any_error(_: Request, error: Exception) -> Response:
    return response_to(error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    where = f"{request.method} {request.url.path}"
    match error.status_code:
        case 404:
            return told(NotFound(f"there is no {where}; the API is at /v1/messages, its docs at /docs."))
        case 405:
            return told(NotAllowed(f"{where} is not allowed.", headers=error.headers))
        case status_code:
            return told(ApiError(str(error.detail), status=status_code, headers=error.headers))


async def _query_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    first = error.errors()[0]
    return told(InvalidRequest(f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg']}"))


async def _bug(_: Request, error: Exception) -> Response:
    return told(bug(error))  # raised anew, so that uvicorn logs it


_HANDLERS: dict[Any, Callable[[Request, Exception], Any]] = {
    ApiError: _any_error,
    HTTPException: _http_error,
    RequestValidationError: _query_error,
    ClientDisconnect: _any_error,
    Exception: _bug,
}
