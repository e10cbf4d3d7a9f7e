"""Names the plugin that makes everybody wait, while it does: one that hangs may never return to be timed."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ..log import log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from types import FrameType

    from ..pipeline import Pipeline
    from ..steps import Step

_LATE_S = 1.0


@asynccontextmanager
async def watchdog(pipeline: Callable[[], Pipeline], late_s: float = _LATE_S) -> AsyncIterator[None]:
    """Look after the running event loop as long as the context is open.

    Args:
        pipeline: says which pipeline serves.
        late_s: seconds for which the loop may stand still.
    """
    watching = _Watchdog(pipeline, asyncio.get_running_loop(), late_s)
    watching.start()
    try:
        yield
    finally:
        watching.stop()


class _Watchdog:
    """A thread that looks whether the event loop still goes round, and if not, what its thread is doing."""

    def __init__(self, pipeline: Callable[[], Pipeline], loop: asyncio.AbstractEventLoop, late_s: float) -> None:
        self._pipeline = pipeline
        self._loop = loop
        self._late_s = late_s
        self._loops_thread = threading.get_ident()
        self._stopped = threading.Event()
        self._seen = time.monotonic()

    def start(self) -> None:
        self._beat()
        threading.Thread(target=self._run, name="cgb-watchdog", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        self._next.cancel()

    def _beat(self) -> None:
        self._seen = time.monotonic()
        self._next = self._loop.call_later(self._late_s / 2, self._beat)

    def _run(self) -> None:
        while not self._stopped.wait(self._late_s / 2):
            late = time.monotonic() - self._seen
            if late > self._late_s:
                self._name(late)

    def _name(self, late: float) -> None:
        frame = sys._current_frames().get(self._loops_thread)  # noqa: SLF001 - documented, and the only way to see it
        found = _running(frame, self._pipeline())
        if found is None:
            return
        step, at = found
        if step.owner.stats.may_say(f"{at.f_code.co_qualname} stands still"):
            log.error(
                "%s makes all requests wait, for %.1f s so far: its %s is at line %d of %s.",
                step.named,
                late,
                at.f_code.co_qualname,
                at.f_lineno,
                at.f_code.co_filename,
            )


def _running(frame: FrameType | None, pipeline: Pipeline) -> tuple[Step, FrameType] | None:
    """The innermost function of a plugin on a stack, and one of the plugin's steps."""
    hooks = {getattr(step.function, "__code__", None): step for step in pipeline.steps}
    modules = {getattr(plugin.module, "__name__", plugin.name): plugin.name for plugin in pipeline.plugins}
    owned = {step.plugin: step for step in pipeline.steps}
    while frame is not None:
        name = str(frame.f_globals.get("__name__"))
        module = next((one for one in modules if name == one or name.startswith(f"{one}.")), "")
        step = hooks.get(frame.f_code) or owned.get(modules.get(module, ""))
        if step is not None:
            return step, frame
        frame = frame.f_back
    return None
