"""Several keys for one service: which is used, and how long one rests that was refused."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import TypeVar

from pydantic import SecretStr

from cgb import ApiError, Billing, Forbidden, RateLimited, Unauthenticated

T = TypeVar("T")
Note = Callable[[str, str], None]

log = logging.getLogger("cgb.gemini")

_RATE_S = 60.0
"""How long a key rests after a 429 without a delay: Gemini's rates are per minute."""
_LONG_S = 3600.0
"""How long it rests where waiting does not help: a day's quota, billing or a permission.

Nothing says when the operator mends those, so a refused call an hour finds out.
"""


@dataclass(frozen=True, slots=True)
class Rest:
    """Until when a key is not used, by the clock, and what Gemini said."""

    until: float
    error: ApiError


class Keys:
    """The keys, of which one is used until it fails.

    Taking turns would be fairer, but Gemini keeps its implicit prefix cache by project, so that with another key a
    conversation pays for its whole prompt again, and its signatures may be refused (google-gemini/gemini-cli#13467).
    Quotas are by model, so a key rests for one model only; a key that is none rests for all, until the bridge is
    restarted. A lone key never rests: only Gemini knows when it is well again, and there is nothing else to ask with.
    """

    def __init__(self, secrets: Sequence[SecretStr], clock: Callable[[], float] = monotonic) -> None:
        self._secrets = tuple(secrets)
        self._clock = clock
        self._current = 0
        self._resting: dict[tuple[int, str], Rest] = {}
        """By key and model, the model being "" where the key is none."""

    def __len__(self) -> int:
        return len(self._secrets)

    def __getitem__(self, place: int) -> SecretStr:
        return self._secrets[place]

    async def use(self, model: str, ask: Callable[[SecretStr | None], Awaitable[T]], note: Note | None = None) -> T:
        """What asking gives, with the first key that is well; each key is tried once at most.

        Raises:
            ApiError: what Gemini said; of the key that is soonest well again, where none is.
        """
        if len(self) <= 1:
            return await ask(self._secrets[0] if self._secrets else None)
        resting = []
        for place in self._order():
            rest = self._rest(place, model)
            if rest is None:
                try:
                    return await ask(self._secrets[place])
                except (RateLimited, Unauthenticated, Forbidden, Billing) as error:
                    rest = self._failed(place, model, error, note)
            resting.append(rest)
        raise self._soonest(resting)

    def name(self, place: int) -> str:
        """A key as people may read of it."""
        return f"key {place + 1} of {len(self)}"

    def _order(self) -> tuple[int, ...]:
        places = tuple(range(len(self)))
        return places[self._current :] + places[: self._current]

    def _rest(self, place: int, model: str) -> Rest | None:
        """Why a key is not used now; None for one that is well."""
        rests = (self._resting.get((place, scope)) for scope in ("", model))
        return next((rest for rest in rests if rest is not None and rest.until > self._clock()), None)

    def _failed(self, place: int, model: str, error: ApiError, note: Note | None) -> Rest:
        """Let a key rest, and go on with the next."""
        now, seconds = self._clock(), _seconds(error)
        # Without its traceback, which would keep the whole request for as long.
        rest = Rest(now + seconds, error.with_traceback(None))
        self._resting = {scope: one for scope, one in self._resting.items() if one.until > now}
        self._resting[place, "" if seconds == inf else model] = rest
        if place == self._current:
            self._current = (place + 1) % len(self)
        what = "is put aside" if seconds == inf else f"rests for {seconds:.0f} s for {model}"
        log.warning("Gemini's %s %s: %s", self.name(place), what, error.message)
        if note is not None:
            note("next_key", f"Gemini's {self.name(place)} {what}, after HTTP {error.status}")
        return rest

    def _soonest(self, resting: Sequence[Rest]) -> ApiError:
        """The error of the key that is well again first; what is left of its rest is the delay."""
        rest = min(resting, key=lambda one: one.until)
        waiting_helps = isinstance(rest.error, RateLimited) and rest.error.should_retry is None
        return type(rest.error)(
            f"none of the {len(self)} Gemini keys may be used now; the first that may be again: {rest.error.message}",
            retry_after=max(0.0, rest.until - self._clock()) if waiting_helps else None,
            should_retry=rest.error.should_retry,
        )


def _seconds(error: ApiError) -> float:
    """How long a key rests after an error."""
    if isinstance(error, Unauthenticated):
        return inf
    if isinstance(error, RateLimited) and error.should_retry is None:
        return _RATE_S if error.retry_after is None else error.retry_after
    return _LONG_S
