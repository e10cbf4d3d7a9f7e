"""The simulated service itself: starting, stopping, scripting, and what it saw."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from cgb.testing.gemini_server import agent, scripts
from cgb.testing.gemini_server.routes import application

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from cgb.testing.gemini_server.calls import Call, Violation
    from cgb.testing.gemini_server.request import Request
    from cgb.testing.gemini_server.scripts import Step

DEMO = "[Simulated Gemini (demo), no real model] "
KEPT_IN_DEMO = 100
STOP_TIMEOUT_S = 0.1


class SimulatedGemini:
    """A Gemini API on loopback that checks every request as strictly as the real one.

    It answers from a script (`reply`, the header `x-simulated-gemini`, or a line `@gemini [...]` in the
    user's text), else as a small default agent.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        demo: bool = False,
        chunk_delay_s: float = 0.0,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.api_key = api_key
        self.chunk_delay_s = chunk_delay_s
        self.calls: list[Call] = []
        self._demo = demo
        self._address = (host, port)
        self._queue: deque[Step] = deque()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base URL."""
        host, port = self._address
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def violations(self) -> list[Violation]:
        """What all calls broke."""
        return [violation for call in self.calls for violation in call.violations]

    def reply(self, *steps: Step | Mapping[str, Any]) -> None:
        """Queue answers: each answers one generate call, in order."""
        self._queue.extend(scripts.Step.read(step) for step in steps)

    def reset(self) -> None:
        """Forget calls and queued answers."""
        self.calls.clear()
        self._queue.clear()

    def record(self, call: Call) -> None:
        """Remember a call; a demo that runs for days remembers the newest only."""
        self.calls.append(call)
        if self._demo:
            del self.calls[:-KEPT_IN_DEMO]

    def step(self, request: Request, headers: dict[str, str]) -> Step:
        """The answer to a valid request: queued, or brought along, or the default agent's."""
        if self._queue:
            step = scripts.fill(self._queue.popleft(), request)
        else:
            brought = scripts.scripted(request, headers.get(scripts.HEADER))
            step = brought or agent.answer(request)
        if self._demo and step.text and not request.json_mode:
            step = replace(step, text=DEMO + step.text)
        return step

    async def __aenter__(self) -> Self:
        # The handler is cancelled when its client leaves: that is how a call knows.
        runner = web.AppRunner(
            application(self), handler_cancellation=True, shutdown_timeout=STOP_TIMEOUT_S, access_log=None
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, *self._address).start()
        except OSError:
            await runner.cleanup()
            raise
        self._address = (self._address[0], runner.addresses[0][1])
        self._runner = runner
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @classmethod
    @contextlib.contextmanager
    def in_thread(
        cls, port: int = 0, *, api_key: str | None = None, demo: bool = False, chunk_delay_s: float = 0.0
    ) -> Iterator[SimulatedGemini]:
        """The same for synchronous code, with its own event loop in a thread."""
        service = cls(api_key, demo=demo, chunk_delay_s=chunk_delay_s, port=port)
        started: Future[_Stop] = Future()
        thread = threading.Thread(target=_run, args=(service, started), name="simulated-gemini", daemon=True)
        thread.start()
        stop = started.result()
        try:
            yield service
        finally:
            stop()
            thread.join()


class _Stop:
    """Ends a service from another thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._asked = asyncio.Event()

    def __call__(self) -> None:
        self._loop.call_soon_threadsafe(self._asked.set)

    async def wait(self) -> None:
        await self._asked.wait()


def _run(service: SimulatedGemini, started: Future[_Stop]) -> None:
    async def main() -> None:
        async with service:
            stop = _Stop()
            started.set_result(stop)
            await stop.wait()

    try:
        asyncio.run(main())
    except (OSError, OverflowError) as error:
        started.set_exception(error)
