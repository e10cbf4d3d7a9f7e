"""What the server answers, as events: its own, but for the model's name."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing, suppress

from cgb import ApiError, Event, MessageStart, MessageStop, UnusableAnswer
from cgb.sse import decode

from .errors import error_in_stream

_LAST_BYTES_S = 1.0
"""How long the end of the response may take once the answer is whole, for the connection to be used again."""


async def events_of(chunks: AsyncIterable[bytes], model: str, host: str) -> AsyncGenerator[Event]:
    """The events of an answer, unknown ones included, under the model's name that the client knows.

    Raises:
        ApiError: an `error` event, as the class that its type means.
        UnusableAnswer: the answer is not whole, or not one.
    """
    try:
        async with aclosing(decode(chunks)) as events:
            async for event in events:
                yield _named(event, model)
                if isinstance(event, MessageStop):
                    await _drain(events)
                    return
    except ApiError as error:
        if type(error) is not ApiError:  # an `error` event is of no class yet, all else is
            raise
        raise error_in_stream(error, host) from error
    raise UnusableAnswer(f"the answer by {host} ended before it was whole. Ask again.", kind="cut")


def _named(event: Event, model: str) -> Event:
    """A message_start echoes what the client asked for: it drops thinking otherwise (Claude Code contract, models)."""
    return MessageStart(event.message.with_(model=model)) if isinstance(event, MessageStart) else event


async def _drain(events: AsyncGenerator[Event]) -> None:
    with suppress(ApiError, TimeoutError):
        async with asyncio.timeout(_LAST_BYTES_S):
            async for _ in events:
                pass
