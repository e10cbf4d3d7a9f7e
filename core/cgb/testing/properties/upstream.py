"""What stands upstream of the plugin that is tried."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from typing_extensions import override

from ...transport import Model, Route, Target, Transport
from .clock import Stuck

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from ...context import Context
    from ...errors import ApiError
    from ...messages import Event, MessagesRequest

_MOST = 200
"""Whoever asks that often never gives up."""


class Upstream:
    """Events that are read once, and what the reader did.

    Args:
        events: the answer, or its beginning.
        error: what is raised after them.

    Attributes:
        failed: whether the reader met the error.
        is_open: whether it was begun and is not closed.
    """

    def __init__(self, events: Sequence[Event], error: ApiError | None = None) -> None:
        self.failed = False
        self.is_open = False
        self._events = events
        self._error = error

    async def read(self) -> AsyncGenerator[Event]:
        """The events, each after a turn of the loop, as they come from a network."""
        self.is_open = True
        try:
            for event in self._events:
                await asyncio.sleep(0)
                yield event
            if self._error is not None:
                self.failed = True
                raise self._error.with_traceback(None)
        finally:
            self.is_open = False


class Inner(Transport):
    """What a wrapper wraps: fails so many times, and then answers.

    Attributes:
        answers: what was asked for so far.
        requests: with which requests.
    """

    def __init__(
        self, events: Sequence[Event], error: ApiError | None = None, place: int = 0, failures: int = 0
    ) -> None:
        self.answers: list[Upstream] = []
        self.requests: list[MessagesRequest] = []
        self._events = events
        self._error = error
        self._place = place
        self._failures = failures

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        if len(self.answers) >= _MOST:
            raise Stuck(f"it asked {_MOST} times and does not give up")
        fails = len(self.answers) < self._failures
        answer = Upstream(self._events[: self._place], self._error) if fails else Upstream(self._events)
        self.answers.append(answer)
        self.requests.append(request)
        events = answer.read()
        try:
            async for event in events:
                yield event
        finally:
            await events.aclose()

    @override
    def models(self) -> Sequence[Model]:
        return (Model("claude-some", Route("scripted", "some")),)

    @override
    def target(self, model: str) -> Target:
        return Target(context_tokens=len(model), resumes=True)
