"""The benchmarks measure, and what they print is of what they measured."""

import gc
import json
import socket
import subprocess
import sys
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TINY = ["--rounds", "1", "--seconds", "0.01", "--scenario", "small:10 c=1", "--target", "cgb", "--target", "ref-raw"]


def run(*options):
    command = [sys.executable, "benchmarks/run.py", "--quick", *map(str, options)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def test_the_bridge_is_measured_beside_the_reference(tmp_path):
    kept = tmp_path / "figures.json"
    printed = run(*TINY, "--json", kept)
    (found,) = json.loads(kept.read_text())["rounds"]
    ours, theirs = (found["shots"][name]["small:10 c=1"] for name in ("cgb", "ref-raw"))
    assert min(ours["answers"], theirs["answers"]) >= 5
    assert ours["failed"] == theirs["failed"] == 0
    assert ours["cpu_ms"] > theirs["cpu_ms"] > 0
    ratio = ours["cpu_ms"] / theirs["cpu_ms"]
    assert f"| CPU per small request | times ref-raw | {ratio:.{1 if ratio >= 10 else 2}f} " in printed
    assert "| CPU per 1 MB request | times ref-raw | not measured |" in printed

    page = tmp_path / "page.md"
    assert run("--read", kept, "--markdown", page).splitlines()[:8] == printed.splitlines()[:8]
    told = page.read_text()
    assert "| ref-raw |" in told
    assert f"`uv run benchmarks/run.py --quick {' '.join(TINY[:4])} --scenario 'small:10 c=1'" in told
    assert str(tmp_path) not in told


@pytest.fixture
def harness(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return lambda name: import_module(f"harness.{name}")


def test_what_a_turn_costs_that_was_seen_before(harness):
    """Of 300 turns 30 are the same in all three: 270 known ones cost 3 ms, 270 new ones 30."""
    measure, goals = harness("measure"), harness("goals")

    def shot(cpu_ms):
        return measure.Shot(5, 0, [], cpu_ms, 1, 1, 1, 1, 0, 0)

    costs = {"cc:10 c=1": shot(2), "long:10 c=1": shot(5), "new:10 c=1": shot(32)}
    found = measure.Round({}, {"cgb": costs}, {"0": 0.1, "5": 0.5})
    figures = {goal.name: goal.figure for goal in goals.GOALS}
    assert figures["A further turn seen before"](found) == pytest.approx(0.1)
    assert figures["Five stream plugins that do nothing, per event"](found) == 0.5


async def test_new_turns_are_others_in_each_request_and_known_ones_are_not(harness):
    shapes, load = harness("shapes"), harness("load")
    order = {"port": 1, "path": "/", "chunks": 1, "requests": 1, "connections": 1}

    def requests(body):
        asked = load.Load(order | {"body": shapes.Shape(body, 1).request("any").decode()})
        return asked.request(), asked.request()

    one, other = requests("new")
    known = one.index(b"module_29.py")
    assert one != other
    assert one[:known] == other[:known]
    assert len(one) == len(other)
    assert len(set(requests("long"))) == 1


async def test_a_server_that_is_gone_is_told_as_such(harness):
    load = harness("load")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    order = {"port": port, "path": "/", "chunks": 1, "requests": 1, "connections": 1, "body": "{}"}
    try:
        report = await load.run(order)
    finally:
        gc.enable()  # the load client does without
    assert report["failed"] == 1
    assert "no connection" in report["errors"][0]


def test_no_outgoing_connection_takes_a_port_that_was_chosen(harness):
    servers = harness("servers")
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert servers.free_port() < lowest


def test_connections_are_counted_by_where_they_lead(harness):
    servers = harness("servers")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert servers.connections_to(port) == 0
        with closing(socket.create_connection(("127.0.0.1", port))):
            assert servers.connections_to(port) == 1


def test_what_stream_plugins_cost_is_told_by_their_number():
    done = subprocess.run([sys.executable, "benchmarks/micro/plugins.py"], cwd=ROOT, capture_output=True, check=True)
    found = json.loads(done.stdout)
    assert found.keys() == {"0", "5"}
    assert 0 < found["0"] < 100
    assert 0 < found["5"] < 100
