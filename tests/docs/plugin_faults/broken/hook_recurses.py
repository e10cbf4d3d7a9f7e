"""`rewrite_request` calls itself for ever."""

from cgb import hookimpl


@hookimpl
def rewrite_request(request):
    return rewrite_request(request)
