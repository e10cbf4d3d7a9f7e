"""`request_finished` calls `sys.exit`."""

import sys

from cgb import hookimpl


@hookimpl
def request_finished(record):
    sys.exit(1)
