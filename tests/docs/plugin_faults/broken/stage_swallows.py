"""`transform_stream` yields nothing of an answer that does not end."""

import asyncio
from contextlib import asynccontextmanager

from cgb import Route, Transport, hookimpl


class Endless(Transport):
    async def send(self, request, route, ctx):
        while True:
            await asyncio.sleep(0.01)
            yield None


@hookimpl
@asynccontextmanager
async def open_transport():
    yield Endless()


@hookimpl
def choose_route(request):
    return Route("stage-swallows", request.model)


@hookimpl
async def transform_stream(events):
    async for event in events:
        if event is not None:
            yield event
