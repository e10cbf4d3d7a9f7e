"""`transform_stream` awaits what never comes."""

import asyncio

from cgb import hookimpl


@hookimpl
async def transform_stream(events):
    await asyncio.Event().wait()
    yield events
