"""`choose_route` raises."""

from cgb import hookimpl


@hookimpl
def choose_route(request):
    raise ValueError(request.model)
