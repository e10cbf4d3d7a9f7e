"""The paths of the HTTP surface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.routing import Route

from ..exchange import Exchange
from ..messages import Message, MessagesRequest
from .answer import Answer, CountAnswer, PlainAnswer, StreamedAnswer
from .body import parse_request, read_body
from .check import probe
from .health import hello, status
from .metrics import metrics
from .models import entry, listing, page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

router = APIRouter()

_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": MessagesRequest.model_json_schema()}}}
}


@router.post("/v1/messages", response_model=Message, openapi_extra=_BODY)
async def messages(request: Request) -> Response:
    """Answer a conversation, streamed (`stream: true`) or plain."""
    state = request.app.state
    parsed = parse_request(await read_body(request, state.settings.body_limit_mb))
    exchange = Exchange(state.generations.pipeline, parsed, request.headers, observe=state.metrics.observe)
    kind: type[Answer] = StreamedAnswer if parsed.stream else PlainAnswer
    return kind(exchange, state.settings)


@router.post("/v1/messages/count_tokens", response_model=None, openapi_extra=_BODY)
async def count_tokens(request: Request) -> Response:
    """How many tokens the upstream model would read."""
    state = request.app.state
    parsed = parse_request(await read_body(request, state.settings.body_limit_mb), counting=True)
    exchange = Exchange(
        state.generations.pipeline, parsed, request.headers, counting=True, observe=state.metrics.observe
    )
    return CountAnswer(exchange, state.settings)


class _Direct:
    """An endpoint as an ASGI application: FastAPI's way there, which nothing of it needs, costs 0.1 ms a request."""

    def __init__(self, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        answer = await self._endpoint(Request(scope, receive))
        await answer(scope, receive, send)


direct = (
    Route("/v1/messages", _Direct(messages), methods=["POST"]),
    Route("/v1/messages/count_tokens", _Direct(count_tokens), methods=["POST"]),
)
"""What is asked for most; goes before the router's own, which describe it in /docs."""


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


router.add_api_route("/", hello, methods=["GET", "HEAD"], include_in_schema=False)
router.add_api_route("/api/hello", hello, methods=["GET", "HEAD"], include_in_schema=False)
router.add_api_route("/health", status, methods=["GET"])
router.add_api_route("/metrics", metrics, methods=["GET"])
router.add_api_route("/test-connection", probe, methods=["GET"])
