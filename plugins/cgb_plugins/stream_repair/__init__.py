"""What to do when an answer is broken, empty or malformed: `ladder.py` is the table of it."""

from typing import Annotated

from pydantic import Field

from cgb import Env, Settings, Transport, hookimpl

from .guard import transform_stream
from .repair import Repair

__all__ = ["StreamRepair", "describe_settings", "transform_stream", "wrap_transport"]


class StreamRepair(Settings):
    """The table `[plugin.stream-repair]`."""

    retries: Annotated[int, Env("MAX_RETRIES")] = Field(default=3, ge=0)
    """How often a request is sent again that failed before any answer: overload, a rate limit, no connection."""
    streaming_retries: Annotated[int, Env("MAX_STREAMING_RETRIES")] = Field(default=4, ge=0)
    """How often a request is sent again whose answer was unusable, before any text or tool call was shown."""
    resumes: int = Field(default=2, ge=0)
    """How often the model is asked to go on with a text that broke off after some of it was shown."""
    budget_s: float = Field(default=120.0, ge=0)
    """For how many seconds after the first failure requests are still sent again."""
    patience_s: float = Field(default=20.0, ge=0)
    """The longest wait, in seconds, that upstream may ask for; one that asks for more fails at once."""
    backoff_s: float = Field(default=0.5, ge=0)
    """The wait before the first retry, in seconds; it doubles each time, and as much again is left to chance."""


@hookimpl
def describe_settings() -> type[Settings]:
    return StreamRepair


@hookimpl
def wrap_transport(transport: Transport, settings: StreamRepair) -> Transport:
    return Repair(transport, settings)
