"""`choose_route` raises `SystemExit`."""

from cgb import hookimpl


@hookimpl
async def choose_route(request):
    raise SystemExit
