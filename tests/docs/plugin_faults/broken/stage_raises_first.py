"""`transform_stream` raises before its first event."""

from cgb import hookimpl


@hookimpl
async def transform_stream(events):
    async for event in events:
        yield event.text
