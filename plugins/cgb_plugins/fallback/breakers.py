"""A circuit breaker for each route: one that fails again and again is left alone for a while."""

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from cgb import ApiError, Route

from .failures import is_of_the_route, reason

if TYPE_CHECKING:
    from . import FallbackSettings

log = logging.getLogger("cgb.fallback")

_LONGEST_S = 600.0
"""The longest rest that upstream's own delay may cause: it may have been for one request alone."""

_MOST = 256
"""How many routes are remembered: a client's model name may become a route's."""


@dataclass(slots=True)
class _Trouble:
    """A route's latest failures in a row, and until when it rests because of them: 0 while it does not."""

    times: deque[float]
    until: float = 0.0


class Breakers:
    """What is known of each route that failed of late; a route that answers is forgotten.

    Args:
        settings: how many failures are too many, and for how long a route then rests.
        clock: the time in seconds, above 0.
    """

    def __init__(self, settings: "FallbackSettings", clock: Callable[[], float] = monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._troubles: dict[str, _Trouble] = {}

    def admits(self, route: Route) -> bool:
        """Whether the route does not rest."""
        trouble = self._troubles.get(str(route))
        return trouble is None or trouble.until <= self._clock()

    @contextmanager
    def asking(self, route: Route) -> Iterator[None]:
        """Learn from what comes of asking a route; the first to ask after its rest tries it for all others."""
        trouble = self._troubles.get(str(route))
        rested_until = trouble.until if trouble else 0.0
        held_until = max(rested_until, self._clock() + self._settings.cool_down_s) if rested_until else 0.0
        if trouble:
            trouble.until = held_until
        try:
            yield
        except BaseException as error:
            if isinstance(error, ApiError) and is_of_the_route(error):
                self._failed(str(route), error, tried=rested_until > 0)
            elif trouble and trouble.until == held_until:
                trouble.until = rested_until
            raise
        self._troubles.pop(str(route), None)

    def _failed(self, name: str, error: ApiError, *, tried: bool) -> None:
        now, most = self._clock(), self._settings.failures
        trouble = self._troubles.pop(name, None) or _Trouble(deque(maxlen=most))
        self._troubles[name] = trouble
        trouble.times.append(now)
        if tried or (len(trouble.times) == most and now - trouble.times[0] <= self._settings.window_s):
            rest = max(self._settings.cool_down_s, min(error.retry_after or 0.0, _LONGEST_S))
            trouble.until = now + rest
            log.warning("%r failed too often and rests for %.0f s; the last failure: %s", name, rest, reason(error))
        if len(self._troubles) > _MOST:
            del self._troubles[next(iter(self._troubles))]
