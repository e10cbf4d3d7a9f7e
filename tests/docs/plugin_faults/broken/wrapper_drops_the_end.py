"""a wrapper leaves out the end."""

from cgb import MessageStop, TransportWrapper, hookimpl


class Wrapper(TransportWrapper):
    async def send(self, request, route, ctx):
        async for event in self.inner.send(request, route, ctx):
            if not isinstance(event, MessageStop):
                yield event


@hookimpl
def wrap_transport(transport):
    return Wrapper(transport)
