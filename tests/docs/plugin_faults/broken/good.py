"""Answers, and does nothing wrong."""

from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl
from cgb.messages import Usage, Writer


class Hello(Transport):
    async def send(self, request, route, ctx):
        writer = Writer(request.model)
        for event in (*writer.start(), *writer.text("Hello."), *writer.finish("end_turn", Usage())):
            yield event


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Hello()


@hookimpl
def choose_route(request):
    return None if request.model == "nobodys" else Route("good", request.model)
