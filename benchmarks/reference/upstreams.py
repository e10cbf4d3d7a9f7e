"""Two ways to Gemini for the reference server: each yields an answer's bytes as they arrive."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable
from urllib.parse import urlsplit

Upstream = Callable[[str, bytes], AsyncGenerator[bytes]]
"""Takes what is asked of the model, such as `generateContent`, and the body."""

BASE = os.environ["GOOGLE_GEMINI_BASE_URL"]
PATH = "/v1beta/models/gemini-2.5-flash:"


def raw() -> Upstream:
    """By asyncio's own protocols."""
    from reference.raw_client import Client  # noqa: PLC0415 - each way pays for its own imports alone

    address = urlsplit(BASE)
    client = Client(address.hostname or "", address.port or 80)

    async def ask(what: str, body: bytes) -> AsyncGenerator[bytes]:
        async with client.post(PATH + what, body) as answer:
            while data := await answer.read():
                yield data

    return ask


def aiohttp() -> Upstream:
    """By the client that the bridge has."""
    from aiohttp import ClientSession, TCPConnector  # noqa: PLC0415 - see above

    sessions: list[ClientSession] = []

    async def ask(what: str, body: bytes) -> AsyncGenerator[bytes]:
        if not sessions:  # which wants a running loop
            sessions.append(ClientSession(connector=TCPConnector(limit=0)))
        headers = {"content-type": "application/json"}
        async with sessions[0].post(BASE + PATH + what, data=body, headers=headers) as answer:
            async for data in answer.content.iter_any():
                yield data

    return ask
