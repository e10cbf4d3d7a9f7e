"""`wrap_transport` forgets to return the wrapper."""

from cgb import TransportWrapper, hookimpl


@hookimpl
def wrap_transport(transport):
    TransportWrapper(transport)
