"""`transform_stream` asks once more than there are events."""

from cgb import hookimpl


@hookimpl
async def transform_stream(events):
    while True:
        yield await anext(events)
