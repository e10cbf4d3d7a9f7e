"""`transform_stream` yields what is no event."""

from cgb import TextDelta, hookimpl


@hookimpl
async def transform_stream(events):
    async for event in events:
        yield event.text if isinstance(event, TextDelta) else event
