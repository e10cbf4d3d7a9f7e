"""What the bridge's parts cost in seconds. On a machine that has nothing else to do; about three minutes.

    uv run benchmarks/micro/timings.py [--only server] [--fast | --rigorous] [-o before.json]
    uv run python -m pyperf compare_to before.json after.json --table

How many instructions they take, which no busy machine can hide: `instructions.py`.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import pyperf
from cases import CASES

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable

    from cases import Case


def main() -> None:
    """Time the cases; pyperf does each in processes of its own."""
    runner = pyperf.Runner(processes=5, add_cmdline_args=_pass_on)
    runner.argparser.add_argument("--only", default="", help="those with this in their names")
    only = runner.parse_args().only
    for name, case in CASES.items():
        if only in name:
            runner.bench_time_func(name, timed(case), inner_loops=case.units)


def timed(case: Case) -> Callable[[int], float]:
    """How long it takes to do a case so many times; the first, which fills caches, is not counted."""

    def seconds(times: int) -> float:
        with case.opened() as once:
            once()
            begin = perf_counter()
            for _ in range(times):
                once()
            return perf_counter() - begin

    return seconds


def _pass_on(command: list[str], options: Namespace) -> None:
    """Tell the processes which cases there are: they know them by number."""
    command += ["--only", options.only]


if __name__ == "__main__":
    main()
