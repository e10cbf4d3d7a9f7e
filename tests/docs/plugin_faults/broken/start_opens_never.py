"""`open_transport` awaits what never comes."""

import asyncio
from contextlib import asynccontextmanager

from cgb import Transport, hookimpl


@hookimpl
@asynccontextmanager
async def open_transport():
    await asyncio.Event().wait()
    yield Transport()
