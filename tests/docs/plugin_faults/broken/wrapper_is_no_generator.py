"""a wrapper's `send` is no async generator."""

from cgb import TransportWrapper, hookimpl


class Wrapper(TransportWrapper):
    async def send(self, request, route, ctx):
        return self.inner.send(request, route, ctx)


@hookimpl
def wrap_transport(transport):
    return Wrapper(transport)
