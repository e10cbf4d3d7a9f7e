"""a transport's `models` raises."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl


class Broken(Transport):
    def models(self):
        raise LookupError("models")


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def choose_route(request):
    return Route("transport-models-raises", request.model)
