"""Go to the route's next fallback while a provider is overloaded and has said nothing yet."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from cgb import Context, Event, MessagesRequest, Overloaded, Route, Transport, TransportWrapper, hookimpl


class Elsewhere(TransportWrapper):
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        for place in (route, *route.fallbacks):
            said = False
            try:
                async with aclosing(self.inner.send(request, place, ctx)) as events:
                    async for event in events:
                        said = True
                        yield event
            except Overloaded:
                if said or place == (route, *route.fallbacks)[-1]:
                    raise
                ctx.note("fallback", f"{place} is overloaded")
            else:
                return


@hookimpl
def wrap_transport(transport: Transport) -> Transport:
    return Elsewhere(transport)
