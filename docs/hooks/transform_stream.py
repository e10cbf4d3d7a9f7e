"""No shouting: an exclamation mark comes out as a full stop, wherever the answer was cut."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from cgb import Event, TextDelta, hookimpl


@hookimpl
async def transform_stream(events: AsyncGenerator[Event]) -> AsyncGenerator[Event]:
    async for event in events:
        if isinstance(event, TextDelta):
            yield replace(event, text=event.text.replace("!", "."))
        else:
            yield event
