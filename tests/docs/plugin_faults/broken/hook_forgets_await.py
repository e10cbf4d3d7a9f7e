"""`choose_route` forgets to await."""

from cgb import Route, hookimpl


async def ask(request):
    return Route("good", request.model)


@hookimpl
async def choose_route(request):
    return ask(request)
