"""The wrapper that asks again."""

from asyncio import sleep
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from typing_extensions import override

from cgb import ApiError, Context, Event, MessagesRequest, Route, TextDelta, Transport, TransportWrapper

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
        climb = Climb(Asking(request, route), self.inner, self._settings, ctx.for_plugin("stream-repair"))
        answer = climb.answer
        pause: float | None = 0.0
        while pause is not None:
            asking, read = climb.asking, climb.reader()
            try:
                events = self.inner.send(asking.request, asking.route, ctx)
                try:
                    async for event in events:
                        if type(event) is TextDelta and event.index == answer.flowing:
                            answer.words.append(event.text)
                            yield event
                            continue
                        for shown in read(event):
                            yield shown
                finally:
                    await events.aclose()
            except ApiError as error:
                pause = climb.step(error)
                due = climb.end(error) if pause is None else climb.again()
            else:
                return
            if pause is not None:
                await sleep(pause)
            for event in due:
                yield event
