"""a transport's `send` is no async generator."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl


class Broken(Transport):
    async def send(self, request, route, ctx):
        return []


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def choose_route(request):
    return Route("transport-is-no-generator", request.model)
