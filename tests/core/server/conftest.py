"""A bridge on a real socket, in the test's own event loop."""

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import aiohttp
import pytest
import uvicorn

from cgb.config import Config
from cgb.server import create_app
from cgb.server.app import App
from cgb.testing import plugin_of

HELLO = {
    "model": "claude-sonnet-5",
    "max_tokens": 1024,
    "messages": [{"role": "user", "content": "Hello"}],
}


@dataclass
class Served:
    """A bridge that is listening, and a client to it."""

    url: str
    app: App
    client: aiohttp.ClientSession

    def ask(self, body=None, path="/v1/messages", **options):
        """Post a request; `async with` it."""
        return self.client.post(path, json=HELLO if body is None else body, **options)

    def stream(self, **fields):
        """Post a request for a streamed answer; `async with` it."""
        return self.ask({**HELLO, "stream": True, **fields})


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals alone and says when it listens."""

    def __init__(self, config):
        super().__init__(config)
        self.listening, self.stopping = asyncio.Event(), asyncio.Event()

    @contextmanager
    def capture_signals(self):
        yield

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.listening.set()

    async def main_loop(self):
        await self.on_tick(0)
        await self.stopping.wait()


@asynccontextmanager
async def _serving(*plugins, config=None, **settings):
    """Serve these plugins (or transports); keywords are members of `[server]`."""
    made = [plugin_of(one, f"plugin-{place}" if place else "") for place, one in enumerate(plugins)]
    app = create_app(config or Config(file={"server": settings}), plugins=made)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = _Server(
            uvicorn.Config(
                app, ws="none", log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=5
            )
        )
        running = asyncio.create_task(server.serve([listener]))
        try:
            await server.listening.wait()
            async with aiohttp.ClientSession(url) as client:
                yield Served(url, app, client)
        finally:
            server.stopping.set()
            await running


@pytest.fixture
def serving():
    """`async with serving(plugin, …, ping_s=1) as bridge`."""
    return _serving


@pytest.fixture
def hello():
    """A small request's body."""
    return dict(HELLO)
