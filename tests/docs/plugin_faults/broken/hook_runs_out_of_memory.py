"""`choose_route` raises `MemoryError`."""

from cgb import hookimpl


@hookimpl
async def choose_route(request):
    raise MemoryError
