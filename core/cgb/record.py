"""What became of a request."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .context import Note
from .errors import ApiError
from .messages import MessagesRequest, Usage
from .transport import Route


@dataclass(frozen=True, slots=True)
class Record:
    """The whole of a request, once its last byte is out or its client is gone.

    Attributes:
        request: the request as the client sent it.
        routes: the routes tried, in order; the last one answered, if any did.
        notes: what plugins noted.
        usage: what it cost.
        stop_reason: why the answer ended; None when it failed or the client left.
        error: why it failed.
        cancelled: whether the client left before the end.
        first_event_s: seconds until the answer began; None when it never did.
        duration_s: seconds until the end.
        plugin_s: seconds spent in each plugin that took part: in its request hooks always, in the answer's stream
            only where that was watched, which is one answer in 256.
    """

    request: MessagesRequest
    routes: tuple[Route, ...] = ()
    notes: tuple[Note, ...] = ()
    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    error: ApiError | None = None
    cancelled: bool = False
    first_event_s: float | None = None
    duration_s: float = 0.0
    plugin_s: Mapping[str, float] = field(default_factory=dict)
