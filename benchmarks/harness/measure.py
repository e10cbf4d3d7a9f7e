"""Rounds of measurements: each visits every server with every shape, in an order of its own."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from harness.servers import BENCHMARKS, Server, Target, connections_to, cpu_s, memory_mb
from harness.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONGEST_S = 300.0
SAMPLES_S = 0.05
WARM_UP = 5
PACED_S = 0.5
"""Seconds for each paced answer of a connection: they take as long as they take."""
TOO_MUCH = frozenset({"small:100:20000 c=256", "cc:10 c=16", "long:10 c=1"})
"""Scenarios in which a slow server would only be waited for."""
FEW = frozenset({"small:100:20000 c=16", "new:10 c=1", "big:10 c=16"})
"""Scenarios that show something of a few servers only, which name them."""


@dataclass(frozen=True)
class Scenario:
    """A shape, and how many ask for it at once."""

    shape: Shape
    connections: int = 1

    @classmethod
    def parse(cls, name: str) -> Scenario:
        """The scenario of a name such as `cc:10 c=1`."""
        shape, _, connections = name.partition(" c=")
        return cls(Shape.parse(shape), int(connections or 1))

    @property
    def name(self) -> str:
        """As `parse` reads it."""
        return f"{self.shape.name} c={self.connections}"

    def takes(self, target: Target) -> bool:
        """Whether a target takes part; a slow one is spared where it would only be waited for."""
        if target.only is not None:
            return self.name in target.only
        return self.name in target.also if self.name in FEW else not (target.slow and self.name in TOO_MUCH)


@dataclass(frozen=True)
class Shot:
    """What one server did with one scenario, once.

    Attributes:
        cpu_ms: processor time per answer.
        client_cores, upstream_cores: how busy those two were, 1 being one core: near it, they are what is measured.
        memory_mb: at its highest.
        per_second: answers.
    """

    answers: int
    failed: int
    errors: list[str]
    cpu_ms: float
    first_text_ms: float
    total_ms: float
    per_second: float
    memory_mb: float
    client_cores: float
    upstream_cores: float

    @property
    def server_cores(self) -> float:
        """How busy the server was."""
        return self.cpu_ms * self.per_second / 1e3


@dataclass(frozen=True)
class Start:
    """How a server started.

    Attributes:
        healthy_s: seconds until it was healthy.
        message_s: seconds until it had answered a first message.
        memory_mb: what it held in between.
        connections: what it had open to the upstream by then.
    """

    healthy_s: float
    message_s: float
    memory_mb: float
    connections: int


@dataclass(frozen=True)
class Round:
    """Everything measured once, by the names of target and scenario.

    Attributes:
        per_event_us: by number of stream plugins, what an event costs more by them.
    """

    starts: dict[str, Start]
    shots: dict[str, dict[str, Shot]]
    per_event_us: dict[str, float]

    @classmethod
    def read(cls, data: dict[str, Any]) -> Round:
        """What `asdict` wrote."""
        starts = {name: Start(**start) for name, start in data["starts"].items()}
        shots = {name: {where: Shot(**one) for where, one in found.items()} for name, found in data["shots"].items()}
        return cls(starts, shots, data["per_event_us"])

    def to_json(self) -> dict[str, Any]:
        """As `read` takes it."""
        return asdict(self)


def measure_round(
    targets: list[Target], scenarios: Iterable[Scenario], upstream: Server, seconds: float, say: Callable[[str], object]
) -> Round:
    """Start all, measure all, stop all."""
    running: list[Server] = []
    found = Round({}, {target.name: {} for target in targets}, per_event_us())
    try:
        for target in _shuffled(targets):
            before = connections_to(upstream.port)
            running.append(server := Server(target, f"http://127.0.0.1:{upstream.port}"))
            found.starts[target.name] = _start(server, upstream, before)
        for scenario in scenarios:
            for server in _shuffled([one for one in running if scenario.takes(one.target)]):
                one = measure(server, scenario, upstream, seconds)
                found.shots[server.target.name][scenario.name] = one
                say(f"{scenario.name:24}{server.target.name:18}{one.cpu_ms:10.3f} ms CPU{one.total_ms:10.2f} ms total")
    finally:
        for server in running:
            server.stop()
    return found


def _shuffled(items: list[Any]) -> list[Any]:
    return random.sample(items, len(items))


def per_event_us() -> dict[str, float]:
    """What stream plugins that do nothing cost, measured in a process that does nothing else."""
    done = subprocess.run([sys.executable, "micro/plugins.py"], cwd=BENCHMARKS, capture_output=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _start(server: Server, upstream: Server, before: int) -> Start:
    memory, connections = memory_mb(server.pids()), max(0, connections_to(upstream.port) - before)
    first = shoot(server, Scenario(Shape("small", 1)), 1, upstream)
    _check(server, first)
    return Start(server.healthy_s, server.healthy_s + first.total_ms / 1e3, memory, connections)


def measure(server: Server, scenario: Scenario, upstream: Server, seconds: float) -> Shot:
    """Warm up, then ask for about so many seconds; paced answers take their own time.

    Raises:
        RuntimeError: an answer was wrong.
    """
    unpaced = replace(scenario, shape=replace(scenario.shape, interval_us=0))
    _check(server, warm := shoot(server, unpaced, max(WARM_UP, scenario.connections), upstream))
    if scenario.shape.interval_us:
        requests = max(1, int(seconds / PACED_S)) * scenario.connections
    else:
        requests = max(WARM_UP, 2 * scenario.connections, int(seconds * scenario.connections / warm.total_ms * 1e3))
    shot = shoot(server, scenario, requests, upstream)
    _check(server, shot)
    return shot


def _check(server: Server, shot: Shot) -> None:
    if shot.failed:
        raise RuntimeError(
            f"{server.target.name} answered wrong: {shot.errors}\n{server.state} Its log ends:\n{server.log[-2000:]}"
        )


def shoot(server: Server, scenario: Scenario, requests: int, upstream: Server) -> Shot:
    """Have the load client ask, and look at the server meanwhile."""
    order = {
        "port": server.port, "path": server.target.path, "chunks": scenario.shape.chunks, "requests": requests,
        "connections": scenario.connections, "body": scenario.shape.request(server.target.model).decode(),
    }  # fmt: skip
    pids, theirs = server.pids(), upstream.pids()
    before, before_theirs = cpu_s(pids), cpu_s(theirs)
    report, memory = _load(order, pids)
    used, used_theirs = cpu_s(pids) - before, cpu_s(theirs) - before_theirs
    asked, seconds = report["answers"] + report["failed"], report["seconds"]
    return Shot(
        answers=report["answers"],
        failed=report["failed"],
        errors=report["errors"],
        cpu_ms=used / asked * 1e3,
        first_text_ms=report["first_text_ms"],
        total_ms=report["total_ms"],
        per_second=asked / seconds,
        memory_mb=memory,
        client_cores=report["client_cpu_s"] / seconds,
        upstream_cores=used_theirs / seconds,
    )


def _load(order: dict[str, Any], pids: list[int]) -> tuple[dict[str, Any], float]:
    memory, deadline = 0.0, time.monotonic() + LONGEST_S
    with tempfile.TemporaryFile("w+") as asked, tempfile.TemporaryFile("w+") as answered:
        json.dump(order, asked)
        asked.seek(0)
        command = [sys.executable, "-m", "harness.load"]
        client = subprocess.Popen(command, cwd=BENCHMARKS, stdin=asked, stdout=answered)
        while client.poll() is None:
            memory = max(memory, memory_mb(pids))
            if time.monotonic() > deadline:
                client.kill()
            time.sleep(SAMPLES_S)
        answered.seek(0)
        return json.loads(answered.read() or _GAVE_UP), memory


_GAVE_UP = json.dumps(
    {"answers": 0, "failed": 1, "errors": [f"no end within {LONGEST_S:.0f} s"], "seconds": LONGEST_S,
     "first_text_ms": 0, "total_ms": 0, "client_cpu_s": 0}
)  # fmt: skip
