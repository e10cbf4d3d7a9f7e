"""The server's start and end, as ASGI tells them."""

from __future__ import annotations

from traceback import format_exc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.types import Receive, Send


async def lifespan(life: Callable[[], AbstractAsyncContextManager[None]], receive: Receive, send: Send) -> None:
    """Enter the context when the server starts, and leave it when it ends."""
    stage = "startup"
    await receive()
    try:
        async with life():
            await send({"type": "lifespan.startup.complete"})
            stage = "shutdown"
            await receive()
    except BaseException:
        await send({"type": f"lifespan.{stage}.failed", "message": format_exc()})
        raise
    await send({"type": "lifespan.shutdown.complete"})
