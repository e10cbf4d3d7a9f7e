"""a transport's `target` raises."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl


class Broken(Transport):
    def target(self, model):
        raise LookupError(model)


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def choose_route(request):
    return Route("transport-target-raises", request.model)
