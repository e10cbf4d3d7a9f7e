"""A plugin for the bridge under test: the model `census` answers with what the process holds at that moment."""

import asyncio
import ctypes
import gc
import json
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress

from typing_extensions import override

from cgb import Context, Event, MessagesRequest, Route, Transport, Usage, hookimpl
from cgb.messages import Writer

MODEL = "census"


def give_back() -> None:
    """Let the C library give free memory back, so that what is left is in use; a no-op where it cannot."""
    with suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


class Census(Transport):
    """Counts tasks, and the objects that Python's garbage collector knows."""

    @override
    async def send(self, request: MessagesRequest, route: Route, ctx: Context) -> AsyncGenerator[Event]:
        gc.collect()
        give_back()
        tasks = Counter(str(getattr(task.get_coro(), "__qualname__", task)) for task in asyncio.all_tasks())
        writer = Writer(request.model)
        counted = json.dumps({"tasks": tasks, "objects": len(gc.get_objects())})
        for event in (*writer.start(), *writer.text(counted), *writer.finish("end_turn", Usage())):
            yield event


@hookimpl
@asynccontextmanager
async def open_transport() -> AsyncIterator[Transport]:  # noqa: D103 - documented by the hook
    yield Census()


@hookimpl
def choose_route(request: MessagesRequest) -> Route | None:  # noqa: D103 - the same
    return Route("census", MODEL) if request.model == MODEL else None
