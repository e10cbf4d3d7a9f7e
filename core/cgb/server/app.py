"""The FastAPI application: routes, errors in Anthropic's shape, and the pipeline that lives as long as it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from .. import plugins as _plugins
from ..errors import ApiError, Internal, InvalidRequest, NotAllowed, NotFound
from ..isolation.watchdog import watchdog
from ..isolation.watchers import watched
from ..messages import new_id
from .answer import ended
from .gate import Gate
from .generations import Generations, watching
from .metrics import Metrics
from .routes import direct, router

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from ..config import Config
    from ..isolation.stats import PluginStats
    from ..plugins import Plugin


_CLIENT_CLOSED_REQUEST = 499
_LAST_WORDS_S = 5.0
"""How long the last answers and then those who watch them may take to end once the server stops."""


def create_app(
    config: Config,
    *,
    plugins: Sequence[Plugin] | None = None,
    demo: bool = False,
    reread: Callable[[], Config] | None = None,
) -> FastAPI:
    """The bridge as an ASGI application.

    Args:
        config: what was configured.
        plugins: those to run, loaded already; without them, those that `config` names are loaded here.
        demo: whether upstream is a simulation, which `/health` then says.
        reread: reads the configuration anew, when its file has changed; without it, the file is not watched.

    Raises:
        ConfigError, PluginError: something named there does not load or fit.
    """
    loaded = _plugins.load(_plugins.select(config.plugins)) if plugins is None else plugins
    settings = config.server
    stats: dict[str, PluginStats] = {}

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async with (
            Generations.open(loaded, config, stats) as generations,
            watching(generations, config, reread),
            watchdog(lambda: generations.pipeline),
        ):
            app.state.generations = generations
            yield
            await ended(_LAST_WORDS_S)
            await watched(_LAST_WORDS_S)

    app = FastAPI(title="claude-gemini-bridge", version=version("claude-gemini-bridge"), lifespan=life)
    app.state.settings, app.state.demo, app.state.metrics = settings, demo, Metrics(stats)
    app.router.routes.extend(direct)
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


async def _gone(_: Request, __: Exception) -> Response:
    """The client left before its request was whole: nobody reads this."""
    return Response(status_code=_CLIENT_CLOSED_REQUEST)


async def _bug(request: Request, error: Exception) -> JSONResponse:
    return await _api_error(request, Internal(f"cgb itself failed: {type(error).__name__}; its log has the traceback."))


_HANDLERS: dict[Any, Callable[[Request, Exception], Any]] = {
    ApiError: _api_error,
    HTTPException: _http_error,
    RequestValidationError: _query_error,
    ClientDisconnect: _gone,
    Exception: _bug,
}
