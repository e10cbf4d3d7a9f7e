"""a transport makes up the end of an answer that broke off: nobody can tell."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl
from cgb.messages import Usage, Writer


class Broken(Transport):
    async def send(self, request, route, ctx):
        writer = Writer(request.model)
        for event in (*writer.start(), *writer.text("Hello."), *writer.finish("end_turn", Usage())):
            yield event


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Broken()


@hookimpl
def choose_route(request):
    return Route("transport-makes-up-an-end", request.model)
