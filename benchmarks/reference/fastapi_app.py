"""The reference server in FastAPI: what the framework costs at start."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from reference.app import streamed

app = FastAPI()


@app.post("/v1/messages")
async def messages(request: Request) -> StreamingResponse:
    """A streamed answer."""
    return StreamingResponse(streamed(await request.json()), media_type="text/event-stream")


@app.get("/health")
async def health() -> dict[str, str]:
    """Up."""
    return {}
