"""What the anthropic plugin's tests share."""

import asyncio
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from cgb import Context, MessagesRequest, Route
from cgb.testing import assert_stream
from cgb_plugins.anthropic import Anthropic, open_transport

MODEL = "claude-opus-5-5"
KEY = "sk-ant-not-a-real-key"
TOOL = {"name": "add", "description": "Adds.", "input_schema": {"type": "object"}}


def request_of(*messages: dict[str, Any] | str, **fields: Any) -> MessagesRequest:
    """A request; a string is a message of the user's."""
    listed = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages or ("Hi",)]
    return MessagesRequest.model_validate({"model": "opus", "max_tokens": 100, "messages": listed, **fields})


def user(*content: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def assistant(*content: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content)}


def text(words: str, **fields: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **fields}


def call(tool_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": tool_id, "name": "add", "input": {"a": 1}, **fields}


def result(tool_id: str, **fields: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": tool_id, "content": "3", **fields}


@asynccontextmanager
async def opened(url: str, **fields: Any):
    """A transport that leads to a server."""
    async with open_transport(Anthropic.model_validate({"base_url": url, "api_key": KEY, **fields})) as transport:
        yield transport


async def events_of(transport: Any, request: MessagesRequest, ctx: Context | None = None) -> list[Any]:
    """What a transport says."""
    async with aclosing(transport.send(request, Route("anthropic", MODEL), ctx or Context(request))) as events:
        return [event async for event in events]


async def asked(url: str, request: MessagesRequest | None = None, **fields: Any):
    """The answer, whose events are seen to be in the grammar."""
    async with opened(url, **fields) as transport:
        return assert_stream(await events_of(transport, request or request_of()))


@dataclass
class Raw:
    """A server that answers with bytes as they are, and remembers what it read."""

    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)


def http(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    """A whole answer of HTTP/1.1 that keeps its connection."""
    said = {"content-type": "text/event-stream", "content-length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
    return f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body


@asynccontextmanager
async def raw_server(*answers: bytes, hangs: bool = False):
    """Answers the n-th request of each connection with the n-th bytes; then closes, or waits for its client to go."""
    raw = Raw()
    open_now: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(answer(reader, writer))
        open_now.add(task)
        await task

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            for data in answers or (b"",):
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.lower().split(b"\r\n")
                size = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
                chunked = b"transfer-encoding: chunked" in lines
                raw.requests.append(head + (await _chunks(reader) if chunked else await reader.readexactly(size)))
                writer.write(data)
                await writer.drain()
            if hangs:
                await reader.read()
                raw.left.set()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        raw.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield raw
    await asyncio.gather(*open_now)  # whose clients have gone


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    whole = b""
    while size := int(await reader.readline(), 16):
        whole += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return whole
