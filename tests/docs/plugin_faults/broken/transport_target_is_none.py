"""a transport's `target` returns nothing."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl


class Broken(Transport):
    def target(self, model):
        return None


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def choose_route(request):
    return Route("transport-target-is-none", request.model)
