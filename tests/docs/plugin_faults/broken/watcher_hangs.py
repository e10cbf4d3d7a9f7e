"""`request_finished` hangs."""

import threading

from cgb import hookimpl


@hookimpl
def request_finished(record):
    threading.Event().wait()
