"""The wrapper that asks another route."""

from __future__ import annotations

from contextlib import aclosing
from time import monotonic
from typing import TYPE_CHECKING

from typing_extensions import override

from cgb import ApiError, TransportWrapper
from cgb.messages import Splice

from .breakers import Breakers
from .candidates import candidates
from .way import Way

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from cgb import Context, Event, MessagesRequest, Route, Transport

    from . import FallbackSettings


class Fallback(TransportWrapper):
    """Asks the next route where one failed before anything was shown that cannot be taken back.

    Args:
        inner: what is asked.
        settings: the fallbacks and the breakers' limits.
        clock: the time in seconds, above 0.
    """

    def __init__(self, inner: Transport, settings: FallbackSettings, clock: Callable[[], float] = monotonic) -> None:
        super().__init__(inner)
        self._settings = settings
        self._breakers = Breakers(settings, clock)

    @override
    def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        routes = candidates(request, route, self._settings.routes)
        return self.inner.send(request, routes[0], ctx) if len(routes) == 1 else self._tried(request, routes, ctx)

    async def _tried(self, request: MessagesRequest, routes: tuple[Route, ...], ctx: Context) -> AsyncGenerator[Event]:
        """The answer of the first route that gives one."""
        way, splice = self._way(routes, ctx), Splice()
        for chosen in way:
            for event in splice.again():
                yield event
            try:
                with self._breakers.asking(chosen):
                    async with aclosing(self.inner.send(request, chosen, ctx)) as events:
                        async for event in events:
                            for shown in splice.read(event):
                                yield shown
            except ApiError as error:
                if splice.is_committed:
                    raise
                way.failed(chosen, error)
            else:
                return
        raise way.error()

    @override
    async def count_tokens(self, request: MessagesRequest, route: Route, ctx: Context) -> int:
        way = self._way(candidates(request, route, self._settings.routes), ctx)
        for chosen in way:
            try:
                return await self.inner.count_tokens(request, chosen, ctx)
            except ApiError as error:
                way.failed(chosen, error)
        raise way.error()

    def _way(self, routes: tuple[Route, ...], ctx: Context) -> Way:
        return Way(routes, self._breakers, self.inner, ctx.for_plugin("fallback"))
