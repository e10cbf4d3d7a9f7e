"""`list_models` lists what are no models."""

from cgb import hookimpl


@hookimpl
def list_models():
    return ["gemini-pro-latest"]
