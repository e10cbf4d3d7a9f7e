"""`transform_stream` returns without a word."""

from cgb import hookimpl


@hookimpl
async def transform_stream(events):
    return
    yield events
