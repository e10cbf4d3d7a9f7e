"""Servers as processes: starting and stopping them, and what the system says of their whole process tree."""

from __future__ import annotations

import http.client
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

START_S = 120.0
STOP_S = 10.0
BENCHMARKS = Path(__file__).parents[1]
MB = 1024**2


@dataclass(frozen=True)
class Target:
    """A server that can be measured.

    Attributes:
        command: how it is started; `{port}`, `{upstream}` and `{home}` are filled in, as they are in `env` and `files`.
        files: by name, what is written to its working directory first.
        health: what answers 200 once it is up.
        model: what it is asked for.
        only: the scenarios it takes part in; None for all but those that are somebody's `also`.
        also: the scenarios it takes part in besides.
        slow: whether it is left out where it could not keep up.
    """

    name: str
    command: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    health: str = "/health"
    path: str = "/v1/messages"
    model: str = "claude-sonnet-4-5"
    only: frozenset[str] | None = None
    also: frozenset[str] = frozenset()
    slow: bool = False


class Server:
    """A running target.

    Attributes:
        healthy_s: seconds from its start until it was healthy.
    """

    def __init__(self, target: Target, upstream: str) -> None:
        self.target, self.port = target, free_port()
        self._home = tempfile.mkdtemp(prefix="cgb-benchmark-")
        self._filled = {"port": str(self.port), "upstream": upstream, "home": self._home}
        for name, text in target.files.items():
            (Path(self._home) / name).write_text(self._fill(text))
        begin = time.perf_counter()
        self._process = self._started()
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        self.healthy_s = time.perf_counter() - begin

    def _fill(self, text: str) -> str:
        for name, value in self._filled.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _started(self) -> subprocess.Popen[bytes]:
        env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", self._home), "NO_COLOR": "1",
               "PYTHONPATH": str(BENCHMARKS), "GEMINI_API_KEY": "none", "LITELLM_LOCAL_MODEL_COST_MAP": "True",
               "GOOGLE_GEMINI_BASE_URL": self._filled["upstream"]}  # fmt: skip
        with (Path(self._home) / "log").open("wb") as log:
            return subprocess.Popen(
                list(map(self._fill, self.target.command)), cwd=self._home, stdout=log, stderr=log,
                env=env | {name: self._fill(value) for name, value in self.target.env.items()}, start_new_session=True,
            )  # fmt: skip

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while not self._is_healthy() or self._process.poll() is not None:  # somebody else may have answered
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.target.name} did not start; its log ends:\n{self.log[-2000:]}")
            time.sleep(0.01)

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", self.target.health)
            return connection.getresponse().status == http.client.OK
        return False

    @property
    def state(self) -> str:
        """Whether it still runs."""
        code = self._process.poll()
        return "It runs." if code is None else f"It ended with exit code {code}."

    @property
    def log(self) -> str:
        """What it has printed."""
        return (Path(self._home) / "log").read_text(errors="replace")

    def pids(self) -> list[int]:
        """Its process and all below."""
        parents = dict(_parents())
        found = [self._process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found

    def stop(self) -> None:
        """End the processes and forget what they wrote."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def free_port() -> int:
    """A port of loopback that nobody uses, and no outgoing connection may take before the server listens there."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port := random.randrange(10_000, lowest)))
            return port


def connections_to(port: int) -> int:
    """How many connections are open to a port of loopback."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[2:4] == [f"0100007F:{port:04X}", "01"] for line in lines)


def cpu_s(pids: list[int]) -> float:
    """Processor time of these processes since their start, exact to the nanosecond, of threads that ended as well."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)  # clock_getcpuclockid(3), which Python lacks


def memory_mb(pids: list[int]) -> float:
    """Resident memory of these processes, now."""
    pages = 0
    for pid in pids:
        with suppress(OSError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def _parents() -> Iterator[tuple[int, int]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            yield int(stat.parent.name), int(stat.read_text().rpartition(")")[2].split()[1])
