"""`transform_stream` forgets to await."""

from cgb import TextDelta, hookimpl


async def translated(event):
    return event


@hookimpl
async def transform_stream(events):
    async for event in events:
        yield translated(event) if isinstance(event, TextDelta) else event
