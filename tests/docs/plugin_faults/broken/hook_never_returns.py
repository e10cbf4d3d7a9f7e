"""`rewrite_request` awaits what never comes."""

import asyncio

from cgb import hookimpl


@hookimpl
async def rewrite_request(request):
    await asyncio.Event().wait()
