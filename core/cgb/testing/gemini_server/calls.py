"""What the simulated service remembers of each call."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule of the Gemini API that a request broke.

    `text` is what the service says; `field` the path it names, in the snake_case the service prints.
    """

    rule: str
    field: str
    text: str


@dataclass(slots=True)
class Call:
    """One request as it arrived, and what became of it; `fault` names the one its answer had, and `place` where."""

    method: str
    model: str
    body: Json
    headers: dict[str, str]
    violations: tuple[Violation, ...] = ()
    status: int = 0
    dummies: int = 0
    cancelled: bool = False
    fault: str = ""
    place: str = ""
    started_at: float = field(default_factory=time.monotonic)
    finished_at: float | None = None
    _ended: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    def finish(self, status: int) -> None:
        """Note the status and the time, once."""
        self.status = status
        if self.finished_at is None:
            self.finished_at = time.monotonic()
            self._ended.set()

    def cancel(self) -> None:
        """Note that the client left before the end."""
        self.cancelled = True
        self.finish(self.status or CLIENT_CLOSED)

    def wait(self, timeout_s: float = 10.0) -> bool:
        """Block until the call is finished or cancelled; from a coroutine, use `asyncio.to_thread`."""
        return self._ended.wait(timeout_s)


CLIENT_CLOSED = 499
