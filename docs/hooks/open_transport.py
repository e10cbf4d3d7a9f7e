"""A transport that needs no provider: it repeats what the user said last."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from cgb import Context, Event, MessagesRequest, Model, Route, TextBlock, Transport, Usage, hookimpl
from cgb.messages import Writer

NAME = "open-transport"


class Parrot(Transport):
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        writer = Writer(request.model, Usage(input_tokens=ctx.tokens))
        for event in writer.start():
            yield event
        for block in request.messages[-1].blocks:
            if isinstance(block, TextBlock):
                for event in writer.text(block.text):
                    yield event
        for event in writer.finish("end_turn", Usage(output_tokens=1)):
            yield event

    def models(self) -> tuple[Model, ...]:
        return (Model("claude-parrot", Route(NAME, "parrot"), "Parrot"),)


@hookimpl
@asynccontextmanager
async def open_transport() -> AsyncIterator[Transport]:
    yield Parrot()
