"""`choose_route` raises `KeyboardInterrupt`."""

from cgb import hookimpl


@hookimpl
async def choose_route(request):
    raise KeyboardInterrupt
