"""The micro-benchmarks still do what they measure, and the check of instruction counts notices what it must."""

import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from runpy import run_path

import pytest

MICRO = Path(__file__).parents[2] / "benchmarks" / "micro"


@pytest.fixture
def micro(monkeypatch):
    monkeypatch.syspath_prepend(MICRO)
    return import_module("cases")


@pytest.fixture
def instructions():
    return run_path(str(MICRO / "instructions.py"))


def test_each_case_can_be_done_more_than_once(micro):
    for case in (micro.REFERENCE, *micro.CASES.values()):
        with case.opened() as once:
            assert once() is not None, case.name
            assert once() is not None, case.name


def test_the_history_is_ten_times_as_long(micro):
    bodies = import_module("cases.bodies")
    short, long = (len(bodies.claude_code(rounds)) for rounds in (29, 290))
    fixed = len(bodies.claude_code(0))
    assert long - fixed == pytest.approx(10 * (short - fixed), rel=0.01)


@pytest.mark.parametrize(("how", "deltas"), [("one by one", range(1_000, 1_001)), ("at once", range(1, 20))])
def test_every_chunk_reaches_the_client(micro, how, deltas):
    prose = import_module("cases.bodies").prose
    with micro.CASES[f"server: 1000 chunks {how}, each"].opened() as once:
        answer = once()
    assert answer.count(prose(40).encode()) == 1_000
    assert answer.count(b"content_block_delta\ndata") in deltas


def test_one_case_is_timed_from_the_command_line():
    command = [sys.executable, str(MICRO / "timings.py"), "--only", "schema: warm", "--debug-single-value"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "schema: warm" in done.stdout
    assert "request: parse" not in done.stdout


def test_whatever_is_counted_has_a_limit(micro, monkeypatch):
    monkeypatch.syspath_prepend(MICRO)
    counted = micro.CASES.keys() - import_module("counted").LEFT_OUT
    for limits in tomllib.loads((MICRO / "limits.toml").read_text("utf-8")).values():
        assert limits.keys() == counted


def test_instructions_are_told_as_multiples_of_the_reference(instructions, tmp_path):
    dump = tmp_path / "dump.1"
    dump.write_text("# callgrind format\nsummary: 7\ntotals: 42\n", "utf-8")
    assert instructions["total"](dump) == 42
    assert instructions["multiples"]({"reference": 10, "one": 42}) == {"one": 4.2}


def test_more_instructions_than_the_slack_allows_are_a_failure(instructions):
    failures, slack = instructions["failures"], instructions["SLACK"]
    assert not failures({"one": 1 + slack}, {"one": 1.0})
    (said,) = failures({"one": 1.01 + slack}, {"one": 1.0})
    assert "one takes +26% instructions" in said


def test_a_case_without_a_limit_and_a_limit_without_a_case_are_failures(instructions):
    said = sorted(instructions["failures"]({"new": 1.0}, {"old": 1.0}))
    assert [line.split()[0] for line in said] == ["'new'", "'old'"]


def test_limits_are_read_as_they_were_written(instructions):
    limits = {"3.11": {"schema: warm": 0.05, "answer: all, 10": 1.5}, "3.12": {"schema: warm": 0.06}}
    assert tomllib.loads(instructions["written"](limits)) == limits
