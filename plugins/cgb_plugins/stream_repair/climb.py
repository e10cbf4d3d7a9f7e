"""One request's way up the ladder."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import chain
from random import uniform
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from cgb import ApiError, InvalidRequest, UnusableAnswer

from .answer import Answer
from .ladder import Rung, kind_of, ladder_of
from .resume import Rest, asking_for_rest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cgb import Context, Event, MessagesRequest, Route, Target, Transport

    from . import StreamRepair

RESUME: Final = Rung("resumed", "asked for the rest of the text")

_LONGEST_BACKOFF_S = 8.0


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked in an attempt."""

    request: MessagesRequest
    route: Route


class Climb:
    """What is asked next after each failure, and how the answer ends when nothing is.

    Args:
        asking: what is asked first.
        transport: what is asked; it knows the route's target.
        settings: how often and how long.
        ctx: where notes go.

    Attributes:
        asking: what the current attempt asks.
        answer: what the client has seen.
    """

    def __init__(self, asking: Asking, transport: Transport, settings: StreamRepair, ctx: Context) -> None:
        self.asking = asking
        self._first = asking
        self._transport = transport
        self._settings = settings
        self._ctx = ctx
        self.answer = Answer(asking.request.model)
        self._rest: Rest | None = None
        self._failures: defaultdict[str, int] = defaultdict(int)
        self._tries: defaultdict[bool, int] = defaultdict(int)
        self._resumes = 0
        self._was_silent = False
        self._remedies: dict[str, Any] | None = {}
        self._failure: ApiError | None = None
        self._failing_since: float | None = None
        self._attempts = 0

    def step(self, last: ApiError) -> float | None:
        """Take the rung for a failure: the next attempt asks accordingly.

        Returns:
            Seconds to wait before it; None if there is no rung, or the time for repairs is over, which begins with the
            first failure, however long that took to come.
        """
        error = self._own(last)
        rung = None if self.answer.is_complete else self._rung(error)
        if rung is None:
            return None
        now, pause = monotonic(), self._pause(error)
        self._failing_since = now if self._failing_since is None else self._failing_since
        if now + pause - self._failing_since > self._settings.budget_s:
            return None
        if error.retry_after:
            self._note("waited", f"waited {error.retry_after:g} s, as upstream asked", error)
        self._note(rung.kind, rung.text, error)
        self._was_silent = self._is_silence(error)
        if last is not error:
            self._remedies = None
        self._ask(rung, error)
        self._failure = self._failure if self._resumes > 1 else error
        return pause

    def _pause(self, error: ApiError) -> float:
        """What upstream asks for, to the fraction, or a backoff that doubles each time."""
        self._attempts += 1
        ladder = ladder_of(error, self._settings.patience_s)
        if error.retry_after is not None:
            return error.retry_after
        if not (ladder and ladder.waits):
            return 0.0
        first = self._settings.backoff_s
        return min(first * 2.0 ** (self._attempts - 1) + uniform(0, first), _LONGEST_BACKOFF_S)  # noqa: S311 - no secret

    # The attempts

    def again(self) -> Iterator[Event]:
        """What closes an attempt that failed, before the next."""
        return self.answer.again()

    def reader(self) -> Callable[[Event], Iterable[Event]]:
        """Tells what the client gets for each event of the current attempt."""
        read, rest = self.answer.read, self._rest
        if rest is None:
            return read

        def read_rest(event: Event) -> Iterable[Event]:
            shown = [*chain.from_iterable(map(read, rest.read(event)))]
            self.answer.flowing = -1  # all of it has to be read, as it may repeat what was shown
            return shown

        return read_rest

    def end(self, last: ApiError) -> Iterable[Event]:
        """The end of an answer for which nobody is asked any more.

        Raises:
            ApiError: it can only be an error.
        """
        error = self._own(last)
        answer = self.answer
        if answer.is_complete:
            self._note("kept", "all of the answer had come before", error)
            return ()
        stop_reason = error.stop_reason if isinstance(error, UnusableAnswer) else ""
        if answer.has_end:
            self._note("kept", "all of the answer had come but its last event", error)
            return answer.end()
        if answer.has_proposal:
            self._note("parsed", "the spoilt call could be read, and is made", error)
            return answer.finish("tool_use")
        if answer.has_calls:
            # No fake end: a whole call is a whole step, which the client runs also if the answer fails after it
            # (Claude Code contract, errors), and its result is what the model needs to go on.
            self._note("kept", "the tool calls before the failure are whole", error)
            return answer.finish("tool_use")
        if self._was_silent and self._is_silence(error):
            # No fake end: the model ended this answer itself, twice, and had nothing to add to it.
            self._note("kept", "asked twice for the rest, the model had nothing to add", error)
            return answer.finish("end_turn")
        self._note_end(error)
        if stop_reason == "refusal" and self._is_last_route:
            details = {"type": "refusal", "category": None, "explanation": error.message}
            return answer.finish("refusal", f"\n\n[{error.message}]", stop_details=details)
        if stop_reason and self._is_last_route:
            return answer.finish(stop_reason)
        raise (self._failure if self._resumes and self._failure else error)

    @property
    def _is_last_route(self) -> bool:
        return self.answer.is_committed or not self._first.route.fallbacks

    def _own(self, error: ApiError) -> ApiError:
        """The failure to be repaired: a target that refuses a changed request has only refused the change."""
        if isinstance(error, InvalidRequest) and self._failure is not None and self.asking != self._first:
            return self._failure
        return error

    def _rung(self, error: ApiError) -> Rung | None:
        ladder = ladder_of(error, self._settings.patience_s)
        if self.answer.is_committed:
            return RESUME if ladder and self._can_resume else None
        is_answer = isinstance(error, UnusableAnswer)
        limit = self._settings.streaming_retries if is_answer else self._settings.retries
        if ladder is None or self._tries[is_answer] >= limit:
            return None
        return ladder.rung(self._failures[kind_of(error)])

    @property
    def _can_resume(self) -> bool:
        may = self._target.resumes and self._resumes < self._settings.resumes
        return may and self.answer.can_resume and not self.answer.has_proposal

    def _is_silence(self, error: ApiError) -> bool:
        """Whether the model, asked for the rest, ended the answer without another word."""
        is_empty = isinstance(error, UnusableAnswer) and (error.kind, error.upstream_reason) == ("empty", "STOP")
        return is_empty and self._rest is not None

    def _ask(self, rung: Rung, error: ApiError) -> None:
        request = self._first.request
        if rung.remedied and isinstance(error, UnusableAnswer) and self._remedies is not None:
            self._remedies |= error.remedy
        if rung is RESUME:
            self._resumes += 1
            shown = self.answer.text
            self._rest = Rest(shown)
            if not self._was_silent:  # else the same once more: to be told to say something, it would invent it
                self.asking = Asking(asking_for_rest(request, shown, error), self._route)
            return
        self._tries[isinstance(error, UnusableAnswer)] += 1
        self._failures[kind_of(error)] += 1
        for change in rung.changes:
            request = change(request, error, self._target)
        self.asking = Asking(request, self._route)

    @property
    def _route(self) -> Route:
        """The route with the remedies that failures proposed, until the target refuses them."""
        route = self._first.route
        return replace(route, options={**route.options, **self._remedies}) if self._remedies else route

    @property
    def _target(self) -> Target:
        return self._transport.target_of(self._first.route)

    def _note(self, kind: str, text: str, error: ApiError) -> None:
        failure = kind_of(error) or type(error).__name__
        reason = getattr(error, "upstream_reason", "")
        named = f"{failure} ({reason})" if reason else failure
        self._ctx.note(kind, f"{named}: {text}", failure=failure, reason=reason)

    def _note_end(self, error: ApiError) -> None:
        if self._failure or ladder_of(error, self._settings.patience_s):
            self._note("gave_up", "nothing more to try", error)
