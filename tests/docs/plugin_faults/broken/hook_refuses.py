"""`rewrite_request` refuses the request with an `ApiError`, as it may."""

from cgb import InvalidRequest, hookimpl


@hookimpl
def rewrite_request(request):
    raise InvalidRequest("no questions today.")
