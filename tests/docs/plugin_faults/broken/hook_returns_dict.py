"""`fit_request` returns something else."""

from cgb import hookimpl


@hookimpl
def fit_request(request):
    return request.to_wire()
