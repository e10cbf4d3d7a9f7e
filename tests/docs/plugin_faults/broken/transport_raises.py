"""a transport raises in the middle."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl
from cgb.messages import Writer


class Broken(Transport):
    async def send(self, request, route, ctx):
        for event in Writer(request.model).start():
            yield event
        raise ConnectionError


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def choose_route(request):
    return Route("transport-raises", request.model)
