"""Those who watch: told of each request once it is over, and unable to delay or break anything."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from ..log import log
from ..steps import comes_from_outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..context import Context
    from ..record import Record
    from ..steps import Step

_HANGS_S = 10.0
"""How long a watcher may take before it is named."""
_MOST = 100
"""How many requests may wait for one watcher: each is held in memory until it has been told."""
_IDLE_S = 10.0

_telling: set[asyncio.Task[None]] = set()


class Watcher:
    """One plugin's `request_finished`: synchronous ones run in a thread of their own, one request after the other."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self._waiting = 0
        self._runs_here = inspect.iscoroutinefunction(step.function)
        self._thread = _Worker(f"cgb-{step.plugin}")

    def tell(self, record: Record, ctx: Context) -> None:
        """Let it know, some time; one that does not keep up is not told of everything."""
        if self._waiting >= _MOST:
            self._drop()
            return
        self._waiting += 1
        task = asyncio.create_task(self._tell(record, ctx))
        _telling.add(task)
        task.add_done_callback(_telling.discard)

    async def _tell(self, record: Record, ctx: Context) -> None:
        naming = asyncio.get_running_loop().call_later(_HANGS_S, self._hangs)
        call = partial(self._call, record, ctx)
        try:
            result = call() if self._runs_here else await self._thread.run(call)
            if inspect.isawaitable(result):
                await result
        except BaseException as error:
            if comes_from_outside(error):
                raise
            self.step.failed(error)
        finally:
            naming.cancel()
            self._waiting -= 1

    def _call(self, record: Record, ctx: Context) -> Any:
        try:
            return self.step.call({"record": record, "ctx": ctx})
        except BaseException as error:  # noqa: BLE001 - a watcher can break nothing
            self.step.failed(error)

    def _hangs(self) -> None:
        if self.step.owner.stats.may_say(f"{self.step.hook} hangs"):
            log.warning("%s hangs: its %s has not returned for %g s", self.step.named, self.step.hook, _HANGS_S)

    def _drop(self) -> None:
        stats = self.step.owner.stats
        stats.dropped += 1
        if stats.may_say(f"{self.step.hook} is behind"):
            log.warning(
                "%s does not keep up: %d requests wait for its %s, and it is told of no others",
                self.step.named,
                _MOST,
                self.step.hook,
            )


async def watched(timeout: float | None = None) -> None:  # noqa: ASYNC109 - giving up is no error here
    """Wait until all who watch have been told what has finished so far, at most so many seconds."""
    if _telling:
        await asyncio.wait(_telling, timeout=timeout)


class _Worker:
    """A thread that is there while there is work, and that nobody waits for when the interpreter ends."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._work: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None

    async def run(self, call: Callable[[], Any]) -> Any:
        """What the call returns in the thread; it must not raise."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()

        def work() -> None:
            result = call()
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_settle, done, result)

        with self._lock:
            self._work.put(work)
            if self._thread is None:
                self._thread = Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        return await done

    def _run(self) -> None:
        while True:
            try:
                work = self._work.get(timeout=_IDLE_S)
            except Empty:
                with self._lock:
                    if self._work.empty():
                        self._thread = None
                        return
            else:
                work()
                del work


def _settle(done: asyncio.Future[Any], result: Any) -> None:
    if not done.done():
        done.set_result(result)
