"""`transform_stream` awaits what never comes when it is closed."""

import asyncio

from cgb import TextDelta, hookimpl


@hookimpl
async def transform_stream(events):
    try:
        async for event in events:
            yield event
            if isinstance(event, TextDelta):
                await asyncio.Event().wait()
    finally:
        await asyncio.Event().wait()
