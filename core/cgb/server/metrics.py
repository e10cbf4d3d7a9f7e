"""What happened since the start, for Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import UnusableAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ..context import Context
    from ..isolation.stats import PluginStats
    from ..record import Record

BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0)
"""Of the histograms, in seconds."""

_DIRECTIONS = _INPUT, _READ, _WRITTEN, _OUTPUT = ("input",), ("cache_read",), ("cache_write",), ("output",)
_MOST_NAMES = 50
_OTHER = "other"

_Tally: TypeAlias = Counter[tuple[str, ...]]


class Counted(NamedTuple):
    """A counter, as it is told.

    Attributes:
        name: without the prefix and the suffix that all have.
        text: what it counts.
        labels: their names.
        counts: by their values.
    """

    name: str
    text: str
    labels: tuple[str, ...]
    counts: Mapping[tuple[str, ...], float]


class Metrics:
    """Counts finished requests and what plugins noted.

    Its labels are few, whatever clients and providers send: of names that come from outside, such as models, the
    first 50 are labels, and all later ones are `other`.

    - `cgb_requests_total{kind, outcome}`: requests finished, by what the client wanted the answer for; the outcome is
      `ok`, `client_left` or the type of the error.
    - `cgb_failures_total{type, kind}`: requests that failed, by the type of the error and, for an answer that was
      unusable, its kind, such as `cut` or `malformed_call`.
    - `cgb_routes_total{route, outcome}`: requests finished, by the route that was asked last, which is the one that
      answered, if any did.
    - `cgb_attempts_total{route}`: how often each route was asked, retries and fallbacks included.
    - `cgb_notes_total{plugin, kind}`: what plugins noted: rungs of the recovery ladder, retries, fallbacks, routes
      left out, dummy signatures.
    - `cgb_tokens_total{direction}`: `input` (neither read from nor written to the cache), `cache_read`, `cache_write`
      and `output`, as the provider counts them, attempts that were given up included.
    - `cgb_first_event_seconds`: from the request to the first event of its answer.
    - `cgb_request_seconds`: from the request to the end of its answer.
    - What each plugin cost and did wrong: see `PluginFigures`.

    Args:
        stats: the plugins' figures, by name, as they grow.
    """

    def __init__(self, stats: Mapping[str, PluginStats] = MappingProxyType({})) -> None:
        self._stats = stats
        self._types, self._kinds, self._names = _Labels(), _Labels(), _Labels()
        self._requests, self._failures, self._routes = _Tally(), _Tally(), _Tally()
        self._attempts, self._notes = _Tally(), _Tally()
        self._tokens = _Tally(dict.fromkeys(_DIRECTIONS, 0))
        self._first, self._whole = Seconds(), Seconds()

    def observe(self, record: Record, ctx: Context) -> None:
        """Count a finished request."""
        outcome = self._outcome(record)
        self._requests[ctx.kind, outcome] += 1
        if record.error is not None:
            kind = record.error.kind if isinstance(record.error, UnusableAnswer) else ""
            self._failures[self._types.label(record.error.type), self._kinds.label(kind)] += 1
        self._count_routes(record, outcome)
        for note in record.notes:
            self._notes[note.plugin, note.kind] += 1
        usage = record.usage
        self._tokens[_INPUT] += usage.input_tokens
        self._tokens[_READ] += usage.cache_read_input_tokens
        self._tokens[_WRITTEN] += usage.cache_creation_input_tokens
        self._tokens[_OUTPUT] += usage.output_tokens
        self._whole.observe(record.duration_s)
        if record.first_event_s is not None:
            self._first.observe(record.first_event_s)

    def text(self) -> bytes:
        """All figures, in Prometheus' text form."""
        from .exposition import text  # noqa: PLC0415 - Prometheus' client is for those who ask

        return text(self, self._stats)

    def counted(self) -> Iterator[Counted]:
        """The counters."""
        yield Counted("requests", "Requests finished.", ("kind", "outcome"), self._requests)
        yield Counted("failures", "Requests that failed.", ("type", "kind"), self._failures)
        yield Counted("routes", "Requests, by the route asked last.", ("route", "outcome"), self._routes)
        yield Counted("attempts", "How often each route was asked.", ("route",), self._attempts)
        yield Counted("notes", "What plugins noted, such as retries.", ("plugin", "kind"), self._notes)
        yield Counted("tokens", "Tokens, as the provider counts them.", ("direction",), self._tokens)

    def measured(self) -> Iterator[tuple[str, str, Seconds]]:
        """The histograms: their names and texts, and what was observed."""
        yield "first_event", "Until the answer began.", self._first
        yield "request", "Until the answer ended.", self._whole

    def _outcome(self, record: Record) -> str:
        if record.error is not None:
            return self._types.label(record.error.type)
        return "client_left" if record.cancelled else "ok"

    def _count_routes(self, record: Record, outcome: str) -> None:
        names = [self._names.label(str(route)) for route in record.routes]
        for name in names:
            self._attempts[(name,)] += 1
        if names:
            self._routes[names[-1], outcome] += 1


class Seconds:
    """How long things took.

    Attributes:
        counts: how many took no longer than each of `BOUNDS`, and longer than the one before; at last, beyond all.
        total: all together.
    """

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def observe(self, seconds: float) -> None:
        """One took so long."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


class _Labels:
    """Names as values of a label, of which there are never many."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def label(self, name: str) -> str:
        """The name, if it is one of the first."""
        if len(self._known) < _MOST_NAMES:
            self._known.add(name)
        return name if name in self._known else _OTHER
