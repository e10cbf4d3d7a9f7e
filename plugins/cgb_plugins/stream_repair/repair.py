"""The wrapper that asks again."""

from asyncio import sleep
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from tenacity import AsyncRetrying, retry_if_exception
from typing_extensions import override

from cgb import ApiError, Context, Event, MessagesRequest, Route, Transport, TransportWrapper

from .climb import Asking, Climb

if TYPE_CHECKING:
    from . import StreamRepair


class Repair(TransportWrapper):
    """Asks again for an answer that failed, as the ladder says, until it is whole or nothing more can be done."""

    def __init__(self, inner: Transport, settings: "StreamRepair") -> None:
        super().__init__(inner)
        self._settings = settings

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        own = ctx.for_plugin("stream-repair")
        climb = Climb(Asking(request, route), self.inner.target_of(route), self._settings, own)
        try:
            async for attempt in _retrying(climb):
                with attempt:
                    for event in climb.begin():
                        yield event
                    asking, read = climb.asking, climb.reader()
                    async with aclosing(self.inner.send(asking.request, asking.route, ctx)) as events:
                        async for event in events:
                            for shown in read(event):
                                yield shown
                    return
        except ApiError as error:
            for event in climb.end(error):
                yield event


def _retrying(climb: Climb) -> AsyncRetrying:
    return AsyncRetrying(
        retry=retry_if_exception(climb.goes_on),
        wait=climb.wait,
        stop=climb.is_spent,
        before_sleep=climb.take,
        sleep=sleep,
        reraise=True,
    )
