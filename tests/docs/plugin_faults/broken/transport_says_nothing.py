"""a transport's answer is empty, and nothing is raised."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl


class Broken(Transport):
    async def send(self, request, route, ctx):
        return
        yield request


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def choose_route(request):
    return Route("transport-says-nothing", request.model)
