"""`transform_stream` raises `SystemExit` in the middle."""

from cgb import TextDelta, hookimpl


@hookimpl
async def transform_stream(events):
    async for event in events:
        if isinstance(event, TextDelta):
            raise SystemExit
        yield event
