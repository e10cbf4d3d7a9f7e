"""A server with one broken plugin, on a real socket, and what its client and its log see."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn
from anthropic import APIStatusError, AsyncAnthropic

from cgb import PluginError
from cgb import opening as opening_module
from cgb.config import Config
from cgb.isolation import watchers as watchers_module
from cgb.plugins import Plugin, load
from cgb.server import answer as answer_module
from cgb.server import app as app_module
from cgb.server import create_app
from cgb.sse import PING

from .faults import Fault, Kind

BROKEN = Path(__file__).parent / "broken"
MODEL = "claude-sonnet-5"
_SOON_S = 20.0
_ASK: dict[str, Any] = {"model": MODEL, "max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}
_STREAM = {**_ASK, "stream": True}
_SETTINGS = {"hold_status_s": 0.5, "ping_s": 0.2, "hook_timeout_s": 0.3, "slow_hook_ms": 50}
_SHORTER = {
    (answer_module, "_LAST_WORDS_S"): 0.3,
    (app_module, "_LAST_WORDS_S"): 0.3,
    (watchers_module, "_HANGS_S"): 0.2,
    (opening_module, "_CLOSING_S"): 0.3,
}
"""What a server waits for longer than a test should."""


@dataclass
class Seen:
    """What came of it: the client's view of a streamed answer and of a whole one, the log, and `/health`."""

    streamed: str = ""
    plain: str = ""
    log: str = ""
    start: str = ""
    health: dict[str, Any] = field(default_factory=dict)


async def seen(fault: Fault) -> Seen:
    """What comes of a fault; whatever it is, the server goes on and stops as it should."""
    path = str(BROKEN / f"{fault.name}.py")
    plugins = load([str(BROKEN / "good.py"), path])
    found = Seen()
    with _shorter(), _logged(plugins[-1]) as lines:
        async with asyncio.timeout(_SOON_S):
            try:
                async with _serving(plugins) as url:
                    await _ask(fault, url, found)
                    await _until(lambda: fault.logged in "\n".join(lines) or fault.kind is Kind.STOP)
                    found.health = await _health(url, plugins[-1].name)
            except PluginError as error:
                found.start = str(error)
    found.log = "\n".join(lines)
    for name in ("streamed", "plain", "log", "start"):
        setattr(found, name, getattr(found, name).replace(path, f"{fault.name}.py"))
    return found


async def _ask(fault: Fault, url: str, found: Seen) -> None:
    if fault.kind is Kind.SILENT:
        found.streamed = await _pings(url)
        return
    if fault.kind is Kind.LEFT:
        found.streamed = await _left(url)
        return
    async with AsyncAnthropic(api_key="none", base_url=url, max_retries=0) as client:
        found.streamed = await _told(_stream(client))
        found.plain = await _told(_whole(client))


async def _told(asking: Any) -> str:
    try:
        return str(await asking)
    except APIStatusError as error:
        told = error.body["error"]  # type: ignore[index]
        return f"{error.status_code} {told['type']}: {told['message']}"


async def _stream(client: AsyncAnthropic) -> str:
    async with client.messages.stream(**_ASK) as stream:
        return str(await stream.get_final_text())


async def _whole(client: AsyncAnthropic) -> str:
    return str((await client.messages.create(**_ASK)).content[0].text)  # type: ignore[union-attr]


async def _pings(url: str) -> str:
    """Wait for two pings, and leave."""
    async with aiohttp.ClientSession(url) as client, client.post("/v1/messages", json=_STREAM) as response:
        return (await response.content.readexactly(2 * len(PING))).decode()


async def _left(url: str) -> str:
    """Read how the answer begins, and leave."""
    async with aiohttp.ClientSession(url) as client, client.post("/v1/messages", json=_STREAM) as response:
        return (await response.content.readuntil(b"text_delta")).decode()


async def _health(url: str, name: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as client, client.get(f"{url}/health") as response:
        assert response.status == 200
        told = json.loads(await response.read())
        (mine,) = [one for one in told["plugins"] if one["name"] == name]
        return {**mine, "transports": told["transports"]}


async def _until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110 - the log is written by other threads too
        await asyncio.sleep(0.01)


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals alone and says when it listens."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _serving(plugins: tuple[Plugin, ...]) -> AsyncIterator[str]:
    app = create_app(Config(file={"server": _SETTINGS}), plugins=plugins)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        config = uvicorn.Config(app, ws="none", log_config=None, access_log=False, lifespan="off")
        server = _Server(config)
        async with app.life():
            running = asyncio.create_task(server.serve([listener]))
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                await running


@contextmanager
def _logged(plugin: Plugin) -> Iterator[list[str]]:
    """The log's lines; a plugin that waits to be named is told."""
    lines: list[str] = []
    named = getattr(plugin.module, "NAMED", None)

    class Lines(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(f"{record.getMessage()}{'; traceback' if record.exc_info else ''}")
            if named is not None and "makes all requests wait" in lines[-1]:
                named.set()

    handler = Lines()
    log = logging.getLogger("cgb")
    log.addHandler(handler)
    try:
        yield lines
    finally:
        log.removeHandler(handler)


@contextmanager
def _shorter() -> Iterator[None]:
    before = {(module, name): getattr(module, name) for module, name in _SHORTER}
    try:
        for (module, name), value in _SHORTER.items():
            setattr(module, name, value)
        yield
    finally:
        for (module, name), value in before.items():
            setattr(module, name, value)
