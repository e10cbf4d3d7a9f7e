"""`transform_stream` is a plain function that forgets to return the events."""

from cgb import hookimpl


@hookimpl
def transform_stream(events):
    _passed_on(events)


async def _passed_on(events):
    async for event in events:
        yield event
