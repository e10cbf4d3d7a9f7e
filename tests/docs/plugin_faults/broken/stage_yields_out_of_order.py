"""`transform_stream` yields an event where none may stand."""

from cgb import MessageStart, TextDelta, hookimpl


@hookimpl
async def transform_stream(events):
    async for event in events:
        yield event
        if isinstance(event, MessageStart):
            yield TextDelta(0, "Hello.")
