"""`request_finished` raises."""

from cgb import hookimpl


@hookimpl
def request_finished(record):
    raise OSError("the disk is full")
