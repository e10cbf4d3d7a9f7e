"""`rewrite_request` holds up the event loop for 80 ms."""

import time

from cgb import hookimpl


@hookimpl
def rewrite_request(request):
    time.sleep(0.08)
    return request
