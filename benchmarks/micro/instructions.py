"""How many instructions the bridge's parts take: what no busy machine can hide. Needs valgrind (Linux) and a minute.

    uv run benchmarks/micro/instructions.py            check against limits.toml
    uv run benchmarks/micro/instructions.py --renew    write limits.toml from what is counted

Builds of Python differ in how many instructions they need for the same work, so a limit is no number of instructions:
it is a multiple of what a piece of reference work takes, counted in the same run. Versions differ even in that (3.12
needs twice as many for an async generator as 3.11), so each has its own limits.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).parent
LIMITS = HERE / "limits.toml"
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SLACK = 0.25
"""How much more than its limit a case may take: builds of one version of Python differ by up to a tenth."""

SHARES = 2
_FUNCTION = "PyRun_SimpleStringFlags"
_HEAD = f"""\
# Instructions, as multiples of what the reference work takes; each may grow by {SLACK:.0%}. Renew them on purpose only:
# uv run benchmarks/micro/instructions.py --renew
"""


def main() -> int:
    """Count, print, judge; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", help="write limits.toml")
    renew = parser.parse_args().renew
    limits = tomllib.loads(LIMITS.read_text("utf-8"))
    if PYTHON not in limits and not renew:
        print(f"NOT CHECKED: limits.toml has no limits for Python {PYTHON}, only for {', '.join(limits)}.")
        return 0
    taken = counted()
    if renew:
        limits[PYTHON] = taken
        LIMITS.write_text(written(limits), "utf-8")
    table(taken, limits[PYTHON])
    wrong = failures(taken, limits[PYTHON])
    for line in wrong:
        print(f"FAILED: {line}")
    return 1 if wrong else 0


def counted() -> dict[str, float]:
    """What each case takes, as a multiple of the reference; each core counts a share of them."""
    with ThreadPoolExecutor(SHARES) as pool:
        shares = [multiples(counts) for counts in pool.map(share, range(SHARES))]
    return dict(sorted(item for taken in shares for item in taken.items()))


def share(number: int) -> dict[str, int]:
    """The instructions of a share of the cases, the reference first."""
    environ = {"PATH": os.environ.get("PATH", ""), "PYTHONHASHSEED": "0"}  # what else is set would move addresses
    program = [sys.executable, str(HERE / "counted.py"), str(number), str(SHARES)]
    # Natively first: it writes the bytecode, and what fails, fails at once.
    subprocess.run(program, env=environ, check=True, stdout=subprocess.DEVNULL)
    with TemporaryDirectory() as folder:
        valgrind = [
            "valgrind", "--quiet", "--tool=callgrind", "--collect-atstart=no", f"--toggle-collect={_FUNCTION}",
            f"--dump-after={_FUNCTION}", f"--callgrind-out-file={folder}/dump",
        ]  # fmt: skip
        done = subprocess.run([*valgrind, *program], env=environ, check=True, stdout=subprocess.PIPE, text=True)
        names = done.stdout.splitlines()
        return {name: total(Path(folder, f"dump.{place}")) for place, name in enumerate(names, 1)}


def total(dump: Path) -> int:
    """The instructions of one of callgrind's dumps."""
    return next(int(line.split()[1]) for line in dump.read_text("utf-8").splitlines() if line.startswith("totals:"))


def multiples(counts: dict[str, int]) -> dict[str, float]:
    """What each case takes, with the reference, which comes first, as 1."""
    reference, *cases = counts
    return {name: counts[name] / counts[reference] for name in cases}


def failures(taken: dict[str, float], limits: dict[str, float]) -> list[str]:
    """What takes more than it may, and what nobody set a limit for or counted."""
    more = [
        f"{name} takes {value / limits[name] - 1:+.0%} instructions, {SLACK:.0%} is allowed. Find what does (py-spy, "
        "git bisect); where it must be so, renew the limits."
        for name, value in taken.items()
        if name in limits and value > limits[name] * (1 + SLACK)
    ]
    unknown = [f"{name!r} has a limit or a count, not both: renew the limits." for name in taken.keys() ^ limits.keys()]
    return [*more, *unknown]


def written(limits: dict[str, dict[str, float]]) -> str:
    """The text of limits.toml."""
    tables = (
        f'\n["{version}"]\n' + "".join(f'"{name}" = {value:.4f}\n' for name, value in limits[version].items())
        for version in sorted(limits)
    )
    return _HEAD + "".join(tables)


def table(taken: dict[str, float], limits: dict[str, float]) -> None:
    """Print each case beside its limit."""
    print(f"{'instructions, as multiples of the reference':46}{'now':>9}{'limit':>9}")
    for name, value in taken.items():
        limit = limits.get(name)
        print(f"{name:46}{value:9.3f}" + (f"{limit:9.3f}  {value / limit - 1:+.1%}" if limit else "        -"))


if __name__ == "__main__":
    sys.exit(main())
