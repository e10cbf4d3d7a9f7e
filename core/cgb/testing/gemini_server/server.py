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

from cgb.testing.gemini_server import agent, faults, scripts
from cgb.testing.gemini_server.resuming import ROUND, Broken, rest
from cgb.testing.gemini_server.routes import Turn, application

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType
    from typing import Self

    from cgb.testing.gemini_server.calls import Call, Violation
    from cgb.testing.gemini_server.chaos import Chaos
    from cgb.testing.gemini_server.faults.events import Frame
    from cgb.testing.gemini_server.faults.places import Options
    from cgb.testing.gemini_server.request import Request
    from cgb.testing.gemini_server.scripts import Step

DEMO = "[Simulated Gemini (demo), no real model] "
KEPT_IN_DEMO = 100
STOP_TIMEOUT_S = 0.1


class SimulatedGemini:
    """A Gemini API on loopback that checks every request as strictly as the real one.

    It answers from a script (`reply`, the header `x-simulated-gemini`, or a line `@gemini [...]` in the
    user's text), else as a small default agent; `faults` says how often an answer goes wrong, and how.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        demo: bool = False,
        chunk_delay_s: float = 0.0,
        faults: Chaos | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.api_key = api_key
        self.chunk_delay_s = chunk_delay_s
        self.calls: list[Call] = []
        self._demo = demo
        self._address = (host, port)
        self._queue: deque[Step] = deque()
        self._chaos = faults
        self._broken = Broken()
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
        """Forget calls, queued answers, and which answers broke."""
        self.calls.clear()
        self._queue.clear()
        self._broken.clear()

    def record(self, call: Call) -> None:
        """Remember a call; a demo that runs for days remembers the newest only."""
        self.calls.append(call)
        if self._demo:
            del self.calls[:-KEPT_IN_DEMO]

    def turn(self, request: Request, headers: dict[str, str]) -> Turn:
        """The answer to a valid request: queued, or brought along, or the default agent's."""
        extra = ROUND if self._broken.was_silence(request.contents) else self._broken.settle(request.contents)
        broke = extra == ROUND
        queued = self._queue.popleft() if self._queue else None
        if queued is not None:
            step = scripts.fill(queued, request)
            found = rest(step, request.contents, broke=broke)
            step = found[0] if found else step
        else:
            brought = scripts.scripted(request, headers.get(scripts.HEADER), broke=broke)
            step = brought or (broke and _unscripted_rest(request)) or agent.answer(request)
        if self._demo and step.text and not request.json_mode:
            step = replace(step, text=DEMO + step.text)
        if broke and not (step.text or step.calls or step.parts):
            self._broken.note_silence(request.contents)
        return Turn(request, step, queued, extra)

    def fault(self, turn: Turn, good: list[Frame], form: str) -> Options | None:
        """The fault of an answer: its script's, or the service's own."""
        fault = turn.step.fault
        if fault is None and self._chaos is not None:
            fault = self._chaos.pick(good, form, spared=turn.extra is not None)
            if fault is not None and turn.queued is not None and faults.named(fault).breaks:
                self._queue.appendleft(turn.queued)
        if fault is not None and faults.named(fault).breaks:
            self._remember(turn)
        return fault

    def _remember(self, turn: Turn) -> None:
        contents = turn.request.contents
        self._broken.note(contents)
        if turn.extra == ROUND:
            # The next one may go on from where this one did, with more of the text in one turn.
            self._broken.note(contents[:-ROUND])

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
        cls,
        port: int = 0,
        *,
        api_key: str | None = None,
        demo: bool = False,
        chunk_delay_s: float = 0.0,
        faults: Chaos | None = None,
    ) -> Iterator[SimulatedGemini]:
        """The same for synchronous code, with its own event loop in a thread."""
        service = cls(api_key, demo=demo, chunk_delay_s=chunk_delay_s, faults=faults, port=port)
        started: Future[_Stop] = Future()
        thread = threading.Thread(target=_run, args=(service, started), name="simulated-gemini", daemon=True)
        thread.start()
        stop = started.result()
        try:
            yield service
        finally:
            stop()
            thread.join()


def _unscripted_rest(request: Request) -> Step | None:
    """What the default agent had still to say when its answer broke off."""
    before = replace(request, body={**request.body, "contents": request.contents[:-ROUND]})
    found = rest(agent.answer(before), request.contents, broke=True)
    return found[0] if found else None


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
