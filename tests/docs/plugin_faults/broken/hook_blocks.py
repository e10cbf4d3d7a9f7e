"""`rewrite_request` holds up the event loop for seconds."""

import threading

from cgb import hookimpl

NAMED = threading.Event()


@hookimpl
def rewrite_request(request):
    NAMED.wait(30)
    return request
