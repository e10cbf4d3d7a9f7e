"""`transform_stream` yields although it is cancelled."""

import asyncio

from cgb import MessageStop, TextDelta, hookimpl


@hookimpl
async def transform_stream(events):
    try:
        async for event in events:
            yield event
            if isinstance(event, TextDelta):
                await asyncio.Event().wait()
    finally:
        yield MessageStop()
