"""What the tests of HTTP share: servers that answer with bytes as they are, and one that falls silent."""

import asyncio
import gc
import ssl
from collections import deque
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

try:
    import uvloop
except ImportError:  # where it does not run
    uvloop = None

from cgb.upstream import Upstream, UpstreamSettings

LONG = {"connect_timeout_s": 60, "request_timeout": 60, "total_timeout_s": 60}


class Mine(UpstreamSettings):
    """The table `[plugin.mine]`."""

    base_url: str = "https://mine.example.org"
    count_timeout_s: float = 5.0


@asynccontextmanager
async def opened(url: str, name: str = "Mine", **fields):
    """A server to ask, with budgets that no test waits for but where it says so."""
    settings = Mine.model_validate({"base_url": url, **LONG, **fields})
    upstream = Upstream(settings, "mine", url, name)
    try:
        yield upstream
    finally:
        await upstream.aclose()


async def read(url: str, *, body: bytes | None = None, total: str = "total_timeout_s", name: str = "Mine", **fields):
    """The whole answer."""
    async with opened(url, name, **fields) as upstream, upstream.request("POST", "x", body, total=total) as response:
        return await response.read()


@dataclass
class Raw:
    """A server that answers with bytes as they are, and remembers what it read."""

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


def http(body: bytes, status: str = "200 OK", kind: str = "text/event-stream", **headers: str) -> bytes:
    """A whole answer of HTTP/1.1 that keeps its connection."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


class Arrived:
    """A body as `cgb.upstream.Chunks` gives it, whose chunks are all there; whether it ends or leaves who waits."""

    def __init__(self, *chunks: bytes, ends: bool = True):
        self._chunks = deque(filter(None, chunks))
        self._ends = ends

    def take(self):
        return self._chunks.popleft() if self._chunks else b"" if self._ends else None

    def news(self):
        return None if self._chunks or self._ends else asyncio.get_running_loop().create_future()


@asynccontextmanager
async def raw_server(*answers: bytes, pieces: int = 0):
    """Answers the n-th request with the n-th bytes, cut into pieces of that size; then closes."""
    raw, left = Raw(), list(answers)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while left:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.lower().split(b"\r\n")
                size = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
                raw.requests.append(head + await reader.readexactly(size))
                data = left.pop(0)
                step = pieces or len(data)
                for start in range(0, len(data), step):
                    writer.write(data[start : start + step])
                    await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield raw


@asynccontextmanager
async def silent(said: bytes = b"", told: asyncio.Event | None = None):
    """A server that says this much when it is asked, and then nothing until the client leaves: its host."""
    answering = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            if said or told:
                await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            if told:
                await reader.read(bool(said))  # what is said to that
                told.set()
            await reader.read()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*answering)


@asynccontextmanager
async def in_two(first: bytes, rest: bytes):
    """A server that says the first piece when it is asked, the rest when it is told to: its url, and what tells it."""
    told, answering = asyncio.Event(), set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        with suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(first)
            await told.wait()
            writer.write(rest)
            await reader.read()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", told
        await asyncio.gather(*answering)


class Clock:
    """The running loop's clock, which can be put forward."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._time, self._ahead = self._loop.time, 0.0
        self._loop.time = lambda: self._time() + self._ahead

    async def forward(self, seconds: float) -> None:
        """Let time pass, and whatever is due by then happen."""
        self._ahead += seconds
        for _ in range(4):
            await asyncio.sleep(0)


LOOPS = [asyncio.new_event_loop, *([uvloop.new_event_loop] if uvloop else [])]
"""What a connection must go over: uvloop's transports differ from asyncio's where something ends."""


def run(main, loop=asyncio.new_event_loop):
    """What comes of it in a loop of that kind, which has nothing to complain of."""
    complaints = []

    async def bounded():
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        async with asyncio.timeout(60):
            return await main

    with asyncio.Runner(loop_factory=loop) as runner:
        found = runner.run(bounded())
        gc.collect(1)  # what is as young as the test
    assert complaints == []
    return found


@asynccontextmanager
async def serving(handle, context=None):
    """A server that does that with each connection: its port; its end waits for all of them."""
    handling = set()

    async def handled(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handling.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await handle(reader, writer)
        writer.close()
        with suppress(ConnectionError, ssl.SSLError):
            await writer.wait_closed()

    server = await asyncio.start_server(handled, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*handling)


def connections(upstream):
    """Those that are open."""
    return upstream._way[0]._open


async def lost(upstream):
    """Returns when no connection is left."""
    if found := [connection.closed for connection in connections(upstream)]:
        await asyncio.wait(found)


async def until(is_so):
    """Let others go on until it is."""
    while not is_so():  # noqa: ASYNC110 - a transport's state has no event
        await asyncio.sleep(0)
