"""`transform_stream` raises `CancelledError` in the middle."""

import asyncio

from cgb import TextDelta, hookimpl


@hookimpl
async def transform_stream(events):
    async for event in events:
        if isinstance(event, TextDelta):
            raise asyncio.CancelledError
        yield event
