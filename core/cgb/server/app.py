"""The FastAPI application: routes, errors in Anthropic's shape, and the pipeline that lives as long as it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from .. import plugins as _plugins
from ..errors import ApiError, Internal, InvalidRequest, NotAllowed, NotFound
from ..messages import new_id
from ..pipeline import Pipeline
from .gate import Gate
from .routes import router

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ..config import Config


def create_app(config: Config, *, demo: bool = False) -> FastAPI:
    """The bridge as an ASGI application.

    Args:
        config: what was configured; its plugins are loaded here.
        demo: whether upstream is a simulation, which `/health` then says.

    Raises:
        ConfigError, PluginError: something named there does not load or fit.
    """
    plugins = _plugins.load(_plugins.select(config.plugins))
    settings = config.server

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with Pipeline.open(plugins, config) as pipeline:
            app.state.pipeline = pipeline
            yield

    app = FastAPI(title="claude-gemini-bridge", version=version("claude-gemini-bridge"), lifespan=life)
    app.state.settings, app.state.demo = settings, demo
    app.include_router(router)
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.add_middleware(Gate, settings=settings)
    return app


async def _api_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)  # noqa: S101 - registered for it alone
    request_id = new_id("req")
    return JSONResponse(error.body(request_id), error.status, {"request-id": request_id, **error.headers})


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    where = f"{request.method} {request.url.path}"
    match error.status_code:
        case 404:
            return await _api_error(
                request, NotFound(f"there is no {where}; the API is at /v1/messages, its docs at /docs.")
            )
        case 405:
            return await _api_error(request, NotAllowed(f"{where} is not allowed.", headers=error.headers))
        case status:
            return await _api_error(request, ApiError(str(error.detail), status=status, headers=error.headers))


async def _query_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it alone
    first = error.errors()[0]
    return await _api_error(request, InvalidRequest(f"{'.'.join(map(str, first['loc'][1:]))}: {first['msg']}"))


async def _bug(request: Request, error: Exception) -> JSONResponse:
    return await _api_error(request, Internal(f"cgb itself failed: {type(error).__name__}; its log has the traceback."))


_HANDLERS: dict[Any, Callable[[Request, Exception], Any]] = {
    ApiError: _api_error,
    HTTPException: _http_error,
    RequestValidationError: _query_error,
    Exception: _bug,
}
