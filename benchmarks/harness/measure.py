"""Rounds of measurements: each visits every server with every shape, in turns and in an order of its own."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any

from harness.rounds import Round, Scenario, Shot, Start
from harness.servers import BENCHMARKS, Server, Target, connections_to, cpu_s, memory_mb
from harness.shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LONGEST_S = 300.0
SAMPLES_S = 0.05
TURNS = 4
"""How often a round visits each server with each shape: what else a machine does comes and goes within seconds, and
would fall on one server's only visit and not on another's."""
WARM_UP = 5
PACED_S = 0.5
"""Seconds for each paced answer of a connection: they take as long as they take."""


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
            taking = [server for server in running if scenario.takes(server.target)]
            for name, one in measure(taking, scenario, upstream, seconds):
                found.shots[name][scenario.name] = one
                say(f"{scenario.name:24}{name:18}{one.cpu_ms:10.3f} ms CPU{one.total_ms:10.2f} ms total")
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


def measure(servers: list[Server], scenario: Scenario, upstream: Server, seconds: float) -> Iterator[tuple[str, Shot]]:
    """Warm all up, then ask each for about so many seconds, in turns; paced answers take their own time.

    Raises:
        RuntimeError: an answer was wrong.
    """
    wanted = {server: _warmed(server, scenario, upstream, seconds) for server in servers}
    turns: dict[Server, list[Shot]] = {server: [] for server in servers}
    for turn in range(TURNS):
        for server in _shuffled(servers):
            count = min(TURNS, wanted[server] // scenario.connections)
            if turn < count:
                shot = shoot(server, scenario, ceil(wanted[server] / count), upstream)
                _check(server, shot)
                turns[server].append(shot)
    for server, shots in turns.items():
        yield server.target.name, Shot.of(shots)


def _warmed(server: Server, scenario: Scenario, upstream: Server, seconds: float) -> int:
    """How many answers take so many seconds, now that it is warm."""
    unpaced = replace(scenario, shape=replace(scenario.shape, interval_us=0))
    _check(server, warm := shoot(server, unpaced, max(WARM_UP, scenario.connections), upstream))
    if scenario.shape.interval_us:
        return max(1, int(seconds / PACED_S)) * scenario.connections
    return max(WARM_UP, 2 * scenario.connections, int(seconds * scenario.connections / warm.total_ms * 1e3))


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
