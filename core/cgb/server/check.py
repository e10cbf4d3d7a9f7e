"""GET /test-connection: says what is wrong upstream and what to do."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from ..trial import MODEL, try_model


async def probe(request: Request, model: str = MODEL) -> JSONResponse:
    """Send one small request the way a client's would go."""
    result = await try_model(request.app.state.generations.pipeline, model)
    return JSONResponse(result, 200 if result["ok"] else result["status"])
