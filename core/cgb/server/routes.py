"""The endpoints that clients ask all day, without FastAPI's way there: it would cost 0.1 ms a request."""

from collections.abc import Awaitable, Callable

# Not for the type checker alone: FastAPI, which describes these endpoints, looks their annotations up.
from starlette.requests import Request
from starlette.responses import Response

from ..exchange import Exchange
from .answer import Answer, CountAnswer, PlainAnswer, StreamedAnswer
from .body import parse_request, read_body
from .health import hello, status


async def messages(request: Request) -> Response:
    """Answer a conversation, streamed (`stream: true`) or plain."""
    state = request.app.state
    parsed = parse_request(await read_body(request.receive, state.settings.body_limit_mb))
    exchange = Exchange(state.generations.pipeline, parsed, _headers(request), observe=state.metrics.observe)
    kind: type[Answer] = StreamedAnswer if parsed.stream else PlainAnswer
    return kind(exchange, state.settings)


async def count_tokens(request: Request) -> Response:
    """How many tokens the upstream model would read."""
    state = request.app.state
    parsed = parse_request(await read_body(request.receive, state.settings.body_limit_mb), counting=True)
    exchange = Exchange(
        state.generations.pipeline, parsed, _headers(request), counting=True, observe=state.metrics.observe
    )
    return CountAnswer(exchange, state.settings)


def _headers(request: Request) -> dict[str, str]:
    """Starlette's own mapping decodes them anew whenever it is asked, and it is asked often."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]}


DIRECT: dict[tuple[str, str], Callable[[Request], Awaitable[Response]]] = {
    ("POST", "/v1/messages"): messages,
    ("POST", "/v1/messages/count_tokens"): count_tokens,
    ("GET", "/"): hello,
    ("HEAD", "/"): hello,
    ("GET", "/api/hello"): hello,
    ("HEAD", "/api/hello"): hello,
    ("GET", "/health"): status,
}
"""By method and path."""
