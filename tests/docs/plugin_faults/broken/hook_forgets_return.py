"""`rewrite_request` forgets to return the request."""

from cgb import hookimpl


@hookimpl
def rewrite_request(request):
    request.with_(max_tokens=1)
