"""What plugins cost and what they did wrong, since the server started."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

_SELDOM_S = 60.0


@dataclass(frozen=True, slots=True)
class HookLimits:
    """How long a hook may take.

    Attributes:
        slow_s: seconds for which it may hold up the event loop before that is said.
        timeout_s: seconds after which a request that waits for it fails.
    """

    slow_s: float = 0.05
    timeout_s: float = 60.0


@dataclass(slots=True)
class PluginStats:
    """One plugin's figures.

    Attributes:
        requests: the requests it took part in.
        seconds: time spent in its request hooks, exactly, what they waited for included.
        stream_seconds: time that its code ran in streams: an estimate, from one answer in `watch.WATCHED`.
        errors: its faults, by hook.
        slow: how often a hook held up the event loop for too long.
        dropped: finished requests that its `request_finished` was too slow to be told of.
    """

    requests: int = 0
    seconds: float = 0.0
    stream_seconds: float = 0.0
    errors: Counter[str] = field(default_factory=Counter)
    slow: Counter[str] = field(default_factory=Counter)
    dropped: int = 0
    _said: dict[str, float] = field(default_factory=dict)

    def may_say(self, what: str) -> bool:
        """Whether it is time to say something again: once a minute, for a hook is slow in every request or in none."""
        now = time.monotonic()
        if now - self._said.get(what, -_SELDOM_S) < _SELDOM_S:
            return False
        self._said[what] = now
        return True
