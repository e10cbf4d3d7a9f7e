"""`choose_route` raises `CancelledError`."""

import asyncio

from cgb import hookimpl


@hookimpl
async def choose_route(request):
    raise asyncio.CancelledError
