"""`request_finished` awaits what never comes."""

import asyncio

from cgb import hookimpl


@hookimpl
async def request_finished(record):
    await asyncio.Event().wait()
