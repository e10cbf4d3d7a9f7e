"""`open_transport` does not end when the server stops."""

import asyncio
from contextlib import asynccontextmanager

from cgb import Transport, hookimpl


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Transport()
    await asyncio.Event().wait()
