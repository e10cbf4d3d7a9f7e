"""GET /metrics: what happened since the start, for Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

if TYPE_CHECKING:
    from ..context import Context
    from ..record import Record

_SECONDS = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500)


class Metrics:
    """Counts finished requests and what plugins noted; its labels are few, whatever clients send."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        of = self._registry
        self._requests = Counter("cgb_requests", "Requests finished.", ["kind", "outcome"], registry=of)
        self._notes = Counter("cgb_notes", "What plugins noted, such as retries.", ["plugin", "kind"], registry=of)
        self._tokens = Counter("cgb_tokens", "Tokens, as the provider counts them.", ["direction"], registry=of)
        self._first = Histogram("cgb_first_event_seconds", "Until the answer began.", buckets=_SECONDS, registry=of)
        self._whole = Histogram("cgb_request_seconds", "Until the answer ended.", buckets=_SECONDS, registry=of)

    def observe(self, record: Record, ctx: Context) -> None:
        """Count a finished request."""
        outcome = record.error.type if record.error else "client_left" if record.cancelled else "ok"
        self._requests.labels(ctx.kind, outcome).inc()
        for note in record.notes:
            self._notes.labels(note.plugin, note.kind).inc()
        for direction, count in (
            ("input", record.usage.input_tokens),
            ("cache_read", record.usage.cache_read_input_tokens),
            ("output", record.usage.output_tokens),
        ):
            self._tokens.labels(direction).inc(count)
        self._whole.observe(record.duration_s)
        if record.first_event_s is not None:
            self._first.observe(record.first_event_s)

    def text(self) -> bytes:
        """All figures, in Prometheus' text form."""
        return generate_latest(self._registry)


async def metrics(request: Request) -> Response:
    """The figures of this process."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
