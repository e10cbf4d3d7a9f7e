"""One request's way from route to route."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .failures import is_overflow, may_go_elsewhere, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cgb import ApiError, Context, Route, Transport

    from .breakers import Breakers


class Way:
    """Iterating over it gives the route to ask next, until none is left or the last failure allows none.

    Each route bears those that would be asked after it as its fallbacks, so that who repairs an answer knows
    whether somebody goes on. Routes that rest are left out; if all of them do, the first is asked all the same.

    Args:
        routes: those that may be asked, in order.
        breakers: which of them rest.
        transport: knows their targets.
        ctx: where to note what is done.
    """

    def __init__(self, routes: Sequence[Route], breakers: Breakers, transport: Transport, ctx: Context) -> None:
        self._left = list(routes)
        self._breakers = breakers
        self._transport = transport
        self._ctx = ctx
        self._failures: list[tuple[Route, ApiError]] = []
        self._skipped: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        """The routes, each when it is its turn."""
        while chosen := self._choose():
            self._note_going_on(chosen)
            yield chosen

    def failed(self, route: Route, error: ApiError) -> None:
        """A route failed before anything was shown: leave out of the rest what cannot do better."""
        self._failures.append((route, error))
        if is_overflow(error):
            window = self._window(route)
            self._left = [one for one in self._left if self._window(one) > window]
        elif not may_go_elsewhere(error):
            self._left = []

    def error(self) -> ApiError:
        """What the client is told: the first failure, and how the others that were asked failed."""
        (_, first), *others = self._failures
        told = [f"{route} ({reason(error)})" for route, error in others]
        told += [f"{route} (not asked, as it failed before)" for route in self._skipped]
        # Claude Code reads the numbers of an overflow, to the last word (Claude Code contract, errors).
        if told and not is_overflow(first):
            first.message = f"{first.message} Other routes were tried: {', '.join(told)}."
            first.args = (first.message,)
        return first

    def _choose(self) -> Route | None:
        admitted = [one for one in self._left if self._breakers.admits(one)]
        if not admitted and not self._failures:
            admitted = self._left[:1]
        place = self._left.index(admitted[0]) if admitted else len(self._left)
        for route in self._left[:place]:
            self._skipped.append(route)
            self._ctx.note("skipped", f"{route} was not asked, as it failed before", route=str(route))
        self._left = self._left[place + 1 :]
        return replace(admitted[0], fallbacks=tuple(admitted[1:])) if admitted else None

    def _note_going_on(self, chosen: Route) -> None:
        if self._failures:
            route, error = self._failures[-1]
            why = reason(error)
            told = {"from": str(route), "to": str(chosen), "reason": why}
            self._ctx.note("fallback", f"{route} failed ({why}): asked {chosen}", **told)

    def _window(self, route: Route) -> int:
        return self._transport.target_of(route).context_tokens
