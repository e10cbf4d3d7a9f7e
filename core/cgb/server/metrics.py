"""What happened since the start, for Prometheus."""

from __future__ import annotations

from collections import Counter as Tally
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from ..errors import UnusableAnswer
from .plugin_figures import PluginFigures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..context import Context
    from ..isolation.stats import PluginStats
    from ..record import Record

_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500)
_DIRECTIONS = ("input", "cache_read", "cache_write", "output")
_MOST_NAMES = 50
_OTHER = "other"


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
        self._registry = CollectorRegistry()
        self._registry.register(PluginFigures(stats))
        self._types, self._kinds, self._names = _Labels(), _Labels(), _Labels()
        self._requests = self._counter("cgb_requests", "Requests finished.", "kind", "outcome")
        self._failures = self._counter("cgb_failures", "Requests that failed.", "type", "kind")
        self._routes = self._counter("cgb_routes", "Requests, by the route asked last.", "route", "outcome")
        self._attempts = self._counter("cgb_attempts", "How often each route was asked.", "route")
        self._notes = self._counter("cgb_notes", "What plugins noted, such as retries.", "plugin", "kind")
        self._tokens = self._counter("cgb_tokens", "Tokens, as the provider counts them.", "direction")
        for direction in _DIRECTIONS:
            self._tokens(direction)
        self._first = self._histogram("cgb_first_event_seconds", "Until the answer began.")
        self._whole = self._histogram("cgb_request_seconds", "Until the answer ended.")

    def observe(self, record: Record, ctx: Context) -> None:
        """Count a finished request."""
        outcome = self._outcome(record)
        self._requests(ctx.kind, outcome).inc()
        self._count_failure(record)
        self._count_routes(record, outcome)
        if record.notes:
            self._count_notes(record)
        self._count_tokens(record)
        self._whole.observe(record.duration_s)
        if record.first_event_s is not None:
            self._first.observe(record.first_event_s)

    def text(self) -> bytes:
        """All figures, in Prometheus' text form."""
        return generate_latest(self._registry)

    def _outcome(self, record: Record) -> str:
        if record.error is not None:
            return self._types.label(record.error.type)
        return "client_left" if record.cancelled else "ok"

    def _count_failure(self, record: Record) -> None:
        if record.error is not None:
            kind = record.error.kind if isinstance(record.error, UnusableAnswer) else ""
            self._failures(self._types.label(record.error.type), self._kinds.label(kind)).inc()

    def _count_routes(self, record: Record, outcome: str) -> None:
        names = [self._names.label(str(route)) for route in record.routes]
        for name in names:
            self._attempts(name).inc()
        if names:
            self._routes(names[-1], outcome).inc()

    def _count_notes(self, record: Record) -> None:
        for (plugin, kind), times in Tally((note.plugin, note.kind) for note in record.notes).items():
            self._notes(plugin, kind).inc(times)

    def _count_tokens(self, record: Record) -> None:
        usage = record.usage
        read, written = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
        for direction, tokens in zip(
            _DIRECTIONS, (usage.input_tokens, read, written, usage.output_tokens), strict=True
        ):
            if tokens:
                self._tokens(direction).inc(tokens)

    def _counter(self, name: str, text: str, *labels: str) -> Callable[..., Counter]:
        """Gives the counter of these labels; Prometheus takes as long to find it as to make it."""
        return cache(Counter(name, text, labels, registry=self._registry).labels)

    def _histogram(self, name: str, text: str) -> Histogram:
        return Histogram(name, text, buckets=_SECONDS, registry=self._registry)


class _Labels:
    """Names as values of a label, of which there are never many."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def label(self, name: str) -> str:
        """The name, if it is one of the first."""
        if len(self._known) < _MOST_NAMES:
            self._known.add(name)
        return name if name in self._known else _OTHER
