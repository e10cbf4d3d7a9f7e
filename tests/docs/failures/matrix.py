"""The run: every cell, through real servers on real sockets."""

import asyncio
import logging
import pickle
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path

import uvicorn
import uvloop
from anthropic import AsyncAnthropic

from cgb.config import Config
from cgb.server import create_app
from cgb.testing.gemini_server import Violation
from cgb.testing.gemini_server.faults import PLACES, PLAIN, STREAMED

from .client import STREAM, WHOLE, Seen, ask
from .refusals import KNOWN
from .service import EVERY, ONCE, Cell, Failing

_KEY = "a-test-key"
_SHARES = 2
"""Processes, each with its own share of the cells: a server, a Gemini and a client take one core at most."""
_AT_ONCE = 16
_SILENT = {"hang", "hang_headers"}
_LONGEST_S = 60.0
_PATIENCE_S = {False: _LONGEST_S, True: 1.5}
"""How long Gemini may be silent, by whether that is the fault; long enough for a machine that is busy otherwise."""


@cache
def cells() -> tuple[Cell, ...]:
    """All cells."""
    return tuple(
        Cell(name, place, form, times, client)
        for name, fault in KNOWN.items()
        for form in fault.forms
        for place in PLACES
        if place in fault.places
        for times in (ONCE, EVERY)
        for client in (STREAM, WHOLE)
    )


@cache
def found() -> tuple[dict[Cell, Seen], list[Violation]]:
    """What the client saw of each cell, and the rules that the bridge's requests broke."""
    seen: dict[Cell, Seen] = {}
    violations: list[Violation] = []
    with ExitStack() as stack:
        for job in [stack.enter_context(_started(share)) for share in range(_SHARES)]:
            out, _ = job.communicate()
            assert job.returncode == 0, "it says why on its standard error"
            part, broken = pickle.loads(out)
            seen |= part
            violations += broken
    return seen, violations


def _started(share: int) -> "subprocess.Popen[bytes]":
    """A process that runs a share of the cells, in which our modules have the names that they have here."""
    command = [sys.executable, "-m", __name__, str(share)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[__name__.count(".")], stdout=subprocess.PIPE)


async def run(cells: Sequence[Cell]) -> tuple[dict[Cell, Seen], list[Violation]]:
    """The same for some of the cells, here and now."""
    free = asyncio.Semaphore(_AT_ONCE)
    async with AsyncExitStack() as stack:
        gemini = await stack.enter_async_context(Failing(_KEY))
        gemini.cells = cells
        clients = {
            (form, silent): await stack.enter_async_context(_client(gemini.url, form, _PATIENCE_S[silent]))
            for form in (STREAMED, PLAIN)
            for silent in (False, True)
        }

        async def one(number: int, cell: Cell) -> Seen:
            client = clients[cell.form, cell.fault in _SILENT]
            async with free:
                return await ask(client, cell.question(number), streamed=cell.client == STREAM)

        seen = await asyncio.gather(*(one(number, cell) for number, cell in enumerate(cells)))
        for number, view in enumerate(seen):
            view.happened = gemini.happened[number]
        return dict(zip(cells, seen, strict=True)), gemini.violations


@asynccontextmanager
async def _client(gemini: str, form: str, patience_s: float) -> AsyncIterator[AsyncAnthropic]:
    """A client of a bridge that asks Gemini in a form and waits for it as long as that."""
    async with (
        _serving(base_url=gemini, api_key=_KEY, unstreamed=form == PLAIN, request_timeout=patience_s) as url,
        AsyncAnthropic(base_url=url, api_key="any", max_retries=0, timeout=_LONGEST_S) as client,
    ):
        yield client


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals alone and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@asynccontextmanager
async def _serving(**settings: object) -> AsyncIterator[str]:
    """A bridge on a real socket; keywords are members of `[plugin.gemini]`."""
    options = {f"plugin.gemini.{name}": value for name, value in {"refresh_models": False, **settings}.items()}
    # Without fallbacks: what one cell does to a route is no other cell's business.
    options |= {"plugins": "default,-fallback", "plugin.stream-repair.backoff_s": 0}
    app = create_app(Config(options=options))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = _Server(uvicorn.Config(app, ws="none", log_config=None, lifespan="on", timeout_keep_alive=600))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            await server.listening.wait()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # faults are logged where they happen, by thousands
    share = int(sys.argv[1])
    sys.stdout.buffer.write(pickle.dumps(uvloop.run(run(cells()[share::_SHARES]))))
