"""a wrapper raises in the middle."""

from cgb import TransportWrapper, hookimpl


class Wrapper(TransportWrapper):
    async def send(self, request, route, ctx):
        async for event in self.inner.send(request, route, ctx):
            yield event
            raise ZeroDivisionError


@hookimpl
def wrap_transport(transport):
    return Wrapper(transport)
