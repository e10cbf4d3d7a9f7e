"""Another route when one fails, and a circuit breaker for each."""

from pydantic import Field

from cgb import Settings, Transport, hookimpl

from .wrapper import Fallback

__all__ = ["FallbackSettings", "describe_settings", "wrap_transport"]


class FallbackSettings(Settings):
    """The table `[plugin.fallback]`."""

    routes: dict[str, tuple[str, ...]] = Field(default={})
    """Where requests go when a route fails, besides the fallbacks that the route itself names: a pattern with `*`,
    of `transport/model` or of the client's name for the model, and models in order. A model is a name of the same
    transport's, or `transport/name` for another. The first pattern that fits counts."""
    failures: int = Field(default=3, ge=1)
    """How many failures of a route in a row open its breaker: then it is left out where another route is left."""
    window_s: float = Field(default=60.0, gt=0)
    """Within how many seconds those failures must come."""
    cool_down_s: float = Field(default=60.0, gt=0)
    """For how many seconds a route is left out, before one request tries it again; longer if upstream says so."""


@hookimpl
def describe_settings() -> type[Settings]:
    return FallbackSettings


@hookimpl
def wrap_transport(transport: Transport, settings: FallbackSettings) -> Transport:
    return Fallback(transport, settings)
