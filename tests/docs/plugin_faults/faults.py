"""Every fault, and what must come of it."""

from dataclasses import dataclass
from enum import Enum, auto

TRACEBACK = "; the bridge's log has the traceback"


class Kind(Enum):
    """How the client fares."""

    WHOLE = auto()
    """It gets the answer."""
    ERROR = auto()
    """It gets an HTTP status."""
    EVENT = auto()
    """It gets an `error` event, where it streams, and an HTTP status where not."""
    SILENT = auto()
    """It gets pings until it leaves."""
    LEFT = auto()
    """It has left."""
    START = auto()
    """There is no server."""
    STOP = auto()
    """The server stops."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A broken plugin, by its file's name, and what comes of it.

    Attributes:
        says: what the error says after naming plugin and distribution, or all that it says if it is not the plugin's.
        log: what the log says after naming them.
        status: of an error that is not the plugin's.
        type: the same.
    """

    name: str
    kind: Kind
    says: str = ""
    log: str = ""
    status: int = 500
    type: str = "api_error"
    is_blamed: bool = True

    @property
    def logged(self) -> str:
        """What the log says: of a fault that raises nothing, what the client is told."""
        is_fault = self.is_blamed and self.kind in {Kind.ERROR, Kind.EVENT}
        return self.log or (f"is at fault: {self.says}" if is_fault else "")


def _raised(name: str, kind: Kind, hook: str, error: str) -> Fault:
    return Fault(name, kind, f"its {hook} raised {error}{TRACEBACK}", f"failed in {hook}; traceback")


def _slow(name: str, hook: str) -> Fault:
    return Fault(name, Kind.WHOLE, log=f"is slow: its {hook} held up all requests for")


_OUT_OF_ORDER = "its transform_stream yielded what may not stand there: "

REQUESTS = (
    _raised("hook_raises", Kind.ERROR, "choose_route", "ValueError"),
    Fault("hook_refuses", Kind.ERROR, "no questions today.", "", 400, "invalid_request_error", is_blamed=False),
    Fault("hook_returns_dict", Kind.ERROR, "its fit_request returned dict where MessagesRequest was due"),
    Fault("hook_forgets_return", Kind.ERROR, "its rewrite_request returned NoneType where MessagesRequest was due"),
    Fault(
        "hook_forgets_await",
        Kind.ERROR,
        "its choose_route returned coroutine where Route or None was due: an `await` is missing",
    ),
    Fault(
        "hook_never_returns",
        Kind.ERROR,
        "its rewrite_request did not return within 0.3 s",
    ),
    _raised("hook_cancels", Kind.ERROR, "choose_route", "CancelledError"),
    _raised("hook_exits", Kind.ERROR, "choose_route", "SystemExit"),
    _raised("hook_interrupts", Kind.ERROR, "choose_route", "KeyboardInterrupt"),
    _raised("hook_raises_generator_exit", Kind.ERROR, "choose_route", "GeneratorExit"),
    _raised("hook_runs_out_of_memory", Kind.ERROR, "choose_route", "MemoryError"),
    _raised("hook_stops_iteration", Kind.ERROR, "fit_request", "StopIteration"),
    _raised("hook_recurses", Kind.ERROR, "rewrite_request", "RecursionError"),
    _slow("hook_is_slow", "rewrite_request"),
    Fault("hook_blocks", Kind.WHOLE, log="makes all requests wait, for"),
)
"""Faults of the hooks on a request."""

STREAMS = (
    _raised("stage_raises_first", Kind.ERROR, "transform_stream", "AttributeError"),
    _raised("stage_raises_later", Kind.EVENT, "transform_stream", "KeyError"),
    Fault(
        "stage_forgets_return",
        Kind.ERROR,
        "its transform_stream returned NoneType where an async generator was due",
    ),
    Fault("stage_yields_text", Kind.EVENT, f"{_OUT_OF_ORDER}str is no event"),
    Fault("stage_forgets_await", Kind.EVENT, f"{_OUT_OF_ORDER}coroutine is no event: an `await` is missing"),
    Fault("stage_yields_out_of_order", Kind.EVENT, f"{_OUT_OF_ORDER}TextDelta for block 0, which is not open"),
    Fault("stage_yields_nothing", Kind.ERROR, "its transform_stream said nothing"),
    Fault("stage_ends_early", Kind.EVENT, "its transform_stream ended the answer without message_stop"),
    Fault("stage_returns_at_once", Kind.ERROR, "its transform_stream said nothing"),
    _raised("stage_stops_iteration", Kind.EVENT, "transform_stream", "RuntimeError"),
    _raised("stage_cancels", Kind.EVENT, "transform_stream", "CancelledError"),
    _raised("stage_exits", Kind.EVENT, "transform_stream", "SystemExit"),
    _raised("stage_raises_generator_exit", Kind.EVENT, "transform_stream", "GeneratorExit"),
    _slow("stage_is_slow", "transform_stream"),
    Fault("stage_hangs", Kind.SILENT),
    Fault("stage_swallows", Kind.SILENT),
    Fault("stage_yields_when_cancelled", Kind.LEFT, log=f"is at fault: {_OUT_OF_ORDER}message_stop"),
    Fault("stage_will_not_close", Kind.LEFT, log="an answer goes on although it was cancelled"),
)
"""Faults of the stages of a stream."""

TRANSPORTS = (
    _raised("wrapper_raises", Kind.EVENT, "wrap_transport", "ZeroDivisionError"),
    Fault("wrapper_says_nothing", Kind.ERROR, "its wrap_transport said nothing"),
    Fault(
        "wrapper_is_no_generator",
        Kind.ERROR,
        "its wrap_transport returned coroutine where an async generator was due: a `yield` is missing",
    ),
    Fault("wrapper_drops_the_end", Kind.EVENT, "its wrap_transport ended the answer without message_stop"),
    _raised("transport_raises", Kind.EVENT, "Transport.send", "ConnectionError"),
    Fault(
        "transport_does_not_finish",
        Kind.EVENT,
        "the answer by transport-does-not-finish/claude-sonnet-5 ended without message_stop.",
        status=502,
        is_blamed=False,
    ),
    Fault(
        "transport_says_nothing",
        Kind.ERROR,
        "the answer by transport-says-nothing/claude-sonnet-5 was empty.",
        status=502,
        is_blamed=False,
    ),
    Fault("transport_makes_up_an_end", Kind.WHOLE),
    Fault(
        "transport_is_no_generator",
        Kind.ERROR,
        "its Transport.send returned coroutine where an async generator was due: a `yield` is missing",
    ),
    _raised("transport_target_raises", Kind.ERROR, "Transport.target", "LookupError"),
    Fault("transport_target_is_none", Kind.ERROR, "its Transport.target returned NoneType where Target was due"),
    _raised("transport_models_raises", Kind.ERROR, "Transport.models", "LookupError"),
)
"""Faults of transports, and of what wraps them."""

WATCHERS = (
    Fault("watcher_raises", Kind.WHOLE, log="failed in request_finished; traceback"),
    Fault("watcher_exits", Kind.WHOLE, log="failed in request_finished; traceback"),
    Fault("watcher_hangs", Kind.WHOLE, log="hangs: its request_finished has not returned for 0.2 s"),
    Fault("watcher_awaits", Kind.WHOLE, log="hangs: its request_finished has not returned for 0.2 s"),
)
"""Faults of those who watch."""

STARTS = (
    Fault("start_settings_raise", Kind.START, "its describe_settings raised ImportError: no pydantic_extra_types"),
    Fault("start_models_wrong", Kind.START, "its list_models listed str, which is no cgb.Model"),
    Fault("start_wraps_with_nothing", Kind.START, "its wrap_transport returned NoneType where Transport was due"),
    Fault("start_opens_never", Kind.START, "its open_transport did not open a transport within 0.3 s"),
    Fault("start_exits", Kind.START, "its open_transport raised SystemExit: no key"),
    Fault("stop_raises", Kind.STOP, log="failed in open_transport when it was closed; traceback"),
    Fault("stop_hangs", Kind.STOP, log="failed in open_transport when it was closed; traceback"),
)
"""Faults at the start and at the stop."""

GROUPS = {
    "On a request": REQUESTS,
    "On the way back": STREAMS,
    "Upstream": TRANSPORTS,
    "Once it is over": WATCHERS,
    "When the server starts and stops": STARTS,
}
FAULTS = tuple(fault for group in GROUPS.values() for fault in group)
