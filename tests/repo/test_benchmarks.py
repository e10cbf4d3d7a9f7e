"""The benchmarks measure, and what they print is of what they measured."""

import json
import subprocess
import sys
from pathlib import Path

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
    assert "| ref-raw |" in page.read_text()
