"""`open_transport` raises when the server stops."""

from contextlib import asynccontextmanager

from cgb import Transport, hookimpl


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Transport()
    raise OSError("already closed")
