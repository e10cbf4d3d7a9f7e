"""`cgb serve` as a process of its own, and what the system says of it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from soaking import census

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

KEY = "a-test-key"
SETTINGS = """
[server]
log_level = "warning"
[plugin.stream-repair]
backoff_s = 0.01
[plugin.gemini]
refresh_models = false
request_timeout = 3.0
"""
START_S = 60.0
CLOSES_S = 0.1
ESTABLISHED = "01"
MB = 1024.0


@dataclass(frozen=True)
class Figures:
    """What the bridge holds.

    Attributes:
        rss_mb, peak_mb: memory, now and at its highest since the last reset.
        fds: open files, sockets among them.
        upstream: how many of those are connections to the service.
        cpu_s: processor time since the start.
        tasks: of asyncio, by coroutine.
        objects: those that the garbage collector knows.
    """

    rss_mb: float
    peak_mb: float
    fds: int
    upstream: int
    cpu_s: float
    tasks: dict[str, int]
    objects: int


@dataclass(frozen=True)
class Bridge:
    """A running bridge."""

    url: str
    process: asyncio.subprocess.Process
    service: str
    log: Path

    async def figures(self) -> Figures:
        """What it holds now; asking costs one connection, which is closed before the rest is counted."""
        counted = await self._census()
        await asyncio.sleep(CLOSES_S)
        status = self._read("status")
        return Figures(
            rss_mb=_kb(status, "VmRSS") / MB,
            peak_mb=_kb(status, "VmHWM") / MB,
            fds=len(self._fds()),
            upstream=len(self._upstream()),
            cpu_s=sum(map(int, self._read("stat").rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK"),
            tasks=counted["tasks"],
            objects=counted["objects"],
        )

    def reset_peak(self) -> None:
        """Measure the peak from now on."""
        with suppress(OSError):
            (self._proc / "clear_refs").write_text("5")

    @property
    def _proc(self) -> Path:
        return Path(f"/proc/{self.process.pid}")

    def _read(self, name: str) -> str:
        return (self._proc / name).read_text()

    def _fds(self) -> list[str]:
        found = []
        for fd in (self._proc / "fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                found.append(str(fd.readlink()))
        return found

    def _upstream(self) -> set[str]:
        """The sockets that are connected to the service."""
        port = f":{urlsplit(self.service).port:04X}"
        rows = [line.split() for line in self._read("net/tcp").splitlines()[1:]]
        there = {f"socket:[{row[9]}]" for row in rows if row[2].endswith(port) and row[3] == ESTABLISHED}
        return there & set(self._fds())

    async def _census(self) -> dict[str, Any]:
        ask = {"model": census.MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": "How many?"}]}
        headers = {"connection": "close"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.url}/v1/messages", json=ask, headers=headers) as response,
        ):
            answer = await response.json()
        counted: dict[str, Any] = json.loads(answer["content"][0]["text"])
        return counted


@asynccontextmanager
async def running(service: str, home: Path, plugins: str = "default") -> AsyncIterator[Bridge]:
    """A bridge that leads to a service; `home` gets its settings and its log."""
    (home / "cgb.toml").write_text(SETTINGS)
    port, log = _free_port(), home / "bridge.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "cgb", "serve", "--port", str(port), "--plugins", f"{plugins},{census.__file__}",
            cwd=home, stdout=out, stderr=out,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "NO_COLOR": "1", "GEMINI_API_KEY": KEY,
                 "GOOGLE_GEMINI_BASE_URL": service},
        )  # fmt: skip
    bridge = Bridge(f"http://127.0.0.1:{port}", process, service, log)
    try:
        async with asyncio.timeout(START_S):
            await _until_up(bridge)
        yield bridge
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _until_up(bridge: Bridge) -> None:
    while bridge.process.returncode is None:
        with suppress(aiohttp.ClientError):
            await bridge.figures()
            return
        await asyncio.sleep(0.05)
    raise RuntimeError(f"The bridge did not start:\n{bridge.log.read_text()}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _kb(status: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) if found else 0
