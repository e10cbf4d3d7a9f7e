"""A bridge on a real socket, for tests that ask as a client does."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import uvicorn
from typing_extensions import override

from ..errors import ApiError
from ..server import create_app
from ..sse import decode
from .ask import request_of
from .streams import assert_stream

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from ..config import Config
    from ..messages import Message, MessagesRequest
    from ..plugins import Plugin

_OK = 200


@dataclass(frozen=True, slots=True)
class ServedBridge:
    """A bridge that is listening.

    Attributes:
        url: where, for whatever client.
    """

    url: str
    _loop: asyncio.AbstractEventLoop

    def ask(
        self, request: MessagesRequest | Mapping[str, Any] | str, headers: Mapping[str, str] | None = None
    ) -> Message:
        """Send a request over the socket, read the answer as it is streamed, and wait for its end.

        Args:
            request: the request, its JSON object, or the words of a user.
            headers: the client's.

        Raises:
            ApiError: the bridge answered with an error.
            AssertionError: the answer's events are not in the grammar.
        """
        return asyncio.run_coroutine_threadsafe(self._ask(request_of(request), headers), self._loop).result()

    async def _ask(self, request: MessagesRequest, headers: Mapping[str, str] | None) -> Message:
        body = {**request.to_wire(), "stream": True}
        async with (
            aiohttp.ClientSession(self.url, headers=headers) as client,
            client.post("/v1/messages", json=body) as response,
        ):
            if response.status != _OK:
                error = (await response.json())["error"]
                raise ApiError(error["message"], status=response.status, type=error["type"])
            return assert_stream([event async for event in decode(_chunks(response))])


@contextmanager
def serving(plugins: Sequence[Plugin], config: Config) -> Iterator[ServedBridge]:
    """A bridge of these plugins, in a thread of its own, on a free port of loopback."""
    server = _Server(
        uvicorn.Config(create_app(config, plugins=plugins), port=0, ws="none", log_config=None, access_log=False)
    )
    thread = threading.Thread(target=server.serve_here, name="cgb-bridge", daemon=True)
    thread.start()
    try:
        yield server.bridge.result()
    finally:
        server.should_exit = True
        thread.join()


class _Server(uvicorn.Server):
    """Says where it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.bridge: Future[ServedBridge] = Future()

    def serve_here(self) -> None:
        """Serve until it is told to stop."""
        try:
            asyncio.run(self.serve())
        except BaseException as error:  # noqa: BLE001 - told to whoever waits for it
            if not self.bridge.done():
                self.bridge.set_exception(error)

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        self.bridge.set_result(ServedBridge(f"http://127.0.0.1:{port}", asyncio.get_running_loop()))


async def _chunks(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async for chunk in response.content.iter_any():
        yield chunk
