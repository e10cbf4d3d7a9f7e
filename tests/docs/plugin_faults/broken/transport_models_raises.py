"""a transport's `models` raises, where no plugin chooses a route."""

from contextlib import asynccontextmanager

from cgb import Transport, hookimpl


class Broken(Transport):
    def models(self):
        raise LookupError("models")


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def rewrite_request(request):
    return request.with_(model="nobodys")
