"""No shouting: text in capitals comes out in sentence case."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from cgb import Event, TextDelta, hookimpl


@hookimpl
async def transform_stream(events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    async for event in events:
        if isinstance(event, TextDelta) and event.text.isupper():
            yield replace(event, text=event.text.capitalize())
        else:
            yield event
