"""`transform_stream` holds up the event loop for 80 ms."""

import time

from cgb import MessageStop, hookimpl


@hookimpl
async def transform_stream(events):
    async for event in events:
        if isinstance(event, MessageStop):
            time.sleep(0.08)  # noqa: ASYNC251 - that is the fault
        yield event
