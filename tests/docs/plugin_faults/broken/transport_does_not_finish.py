"""a transport's answer has no end, and nothing is raised."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl
from cgb.messages import Writer


class Broken(Transport):
    async def send(self, request, route, ctx):
        writer = Writer(request.model)
        for event in (*writer.start(), *writer.text("Hello")):
            yield event


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def choose_route(request):
    return Route("transport-does-not-finish", request.model)
