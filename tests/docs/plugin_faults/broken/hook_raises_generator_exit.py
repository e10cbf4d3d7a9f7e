"""`choose_route` raises `GeneratorExit`."""

from cgb import hookimpl


@hookimpl
async def choose_route(request):
    raise GeneratorExit
