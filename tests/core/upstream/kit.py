"""What the tests of HTTP share: servers that answer with bytes as they are, and one that falls silent."""

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

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
async def silent(said: bytes = b""):
    """A server that says this much of an answer, and then nothing until the client leaves: its host."""
    answering = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        writer.write(said)
        await writer.drain()
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.gather(*answering)


@asynccontextmanager
async def in_two(first: bytes, rest: bytes):
    """A server that says the first piece at once and the rest when it is told to: its url, and what tells it."""
    told, answering = asyncio.Event(), set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        writer.write(first)
        await told.wait()
        writer.write(rest)
        with suppress(ConnectionError):
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
