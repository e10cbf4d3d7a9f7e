"""`describe_settings` raises."""

from cgb import hookimpl


@hookimpl
def describe_settings():
    raise ImportError("no pydantic_extra_types")
