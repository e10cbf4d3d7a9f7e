"""`docs/performance.md`: one run, told in full."""

from __future__ import annotations

import os
import platform
import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from harness import table
from harness.measure import TURNS

if TYPE_CHECKING:
    from harness.rounds import Round

LIBRARIES = ("aiohttp", "fastapi", "httptools", "litellm", "orjson", "pluggy", "pydantic", "uvicorn", "uvloop")
PAGE = """# What the bridge costs

Written by one run; a ✗ is a goal that it missed.

{conditions}

{goals}

Rounds: {rounds}. A cell is their median and, where there are more than one, the lowest and the highest in brackets.
Every round starts all servers anew, and visits them with each shape in up to {turns} turns (where the least that can be
asked takes its time, in fewer: paced streams in two), each in an order of its own, so that what else the machine does
falls on all alike; a round's figure is the median of its turns. Ratios are taken within a round; they carry over to
other machines, milliseconds do not. On a machine that does other work, one round is not enough to tell figures apart
that differ by less than half.

## What is compared

- `cgb`: `cgb serve --plugins default`, with the log as it is by default; `cgb, litellm` asks the same model through the
  `litellm` transport.
- `ref-raw`, `ref-aiohttp`: [benchmarks/reference](../benchmarks/reference), which translates text and tools and checks
  nothing: ASGI on uvicorn, with a client by hand or aiohttp. `ref-fastapi` is `ref-raw` in FastAPI, and
  `ref-litellm` a bare `litellm.acompletion` loop.
- `nginx` passes on what it gets; `direct` is the upstream without anything between, speaking the Messages API.
- `litellm-proxy` is LiteLLM's own server, `1rgs` is 1rgs/claude-code-proxy.

Not in this run: {missing}.

A shape is a body, the number of chunks in its answer, and the pause between two, in µs: `small` is one sentence, `cc`
as large as Claude Code's (174 KB: 20 tools, 30 KB system prompt, 61 messages), `big` 1 MB, `long` is `cc` with ten
times the history; 0 chunks is an answer in one piece. Without a pause chunks come together (burst); with one, each
costs a wake-up of its own, as a model's do. `c` is how many ask at once; where that is one, every server is idle
between two answers, and its caches go cold.

What the figures leave out: TLS, distance, and answers other than text. Requests of a shape are the same each time, so
what the bridge keeps between requests (compiled tools, turns seen before) is warm, as it is within a conversation. In
`new`, the turns that `long` has and `cc` has not are others in each request: what a turn costs that was never seen.

What a stream plugin costs for each event is measured by itself
([benchmarks/micro/plugins.py](../benchmarks/micro/plugins.py)): without one, the pipeline over the transport's own
events; then what five that do nothing add.

## CPU, ms an answer

Of the server's whole process tree, by the kernel's clock, which counts nanoseconds. Burst chunk: (`small:1000` -
`small:10`) / 990.

{cpu}

## Until the first text, ms

{first_text}

## Answers per second

{busiest}

{per_second}

## Two processes on one port

`cgb, 2 workers` is `cgb serve --workers 2`. The load client and the upstream run on the same machine, so of its {cores}
cores the server has what they leave. Where one process fills a core, and those two take a and b of the others, more
processes can bring at most {cores} / (1 + a + b) times as much: "at most" below.

{scaling}

## Start and memory

{starts}

## Repeat it

```sh
uv run benchmarks/run.py --quick                          # fewer shapes and servers: under two minutes
uv run benchmarks/run.py --markdown docs/performance.md   # all of it
uv run benchmarks/run.py --claude-code-proxy DIRECTORY    # with 1rgs/claude-code-proxy, a checkout of it
```

Linux only, as CPU and memory are read from the kernel. nginx takes part if it is on the path, LiteLLM's proxy if `uvx`
can install it. `--json FILE` keeps every figure, `--read FILE` tabulates them again.
"""


def conditions() -> dict[str, str]:
    """Machine, versions, date."""
    processor = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "command": f"`{' '.join(['uv run benchmarks/run.py', *map(_nameless, sys.argv[1:])])}`",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": _git("rev-parse", "--short", "HEAD")
        + (" with changes" if _git("status", "--porcelain", "core", "plugins") else ""),
        "machine": f"{os.cpu_count()} cores, {processor[1] if processor else platform.machine()}",
        "system": f"Linux {'.'.join(platform.release().split('.')[:2])}",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def _nameless(word: str) -> str:
    """A word of the command line; a path on this machine says nothing elsewhere."""
    return "PATH" if word.startswith("/") else shlex.quote(word)


def _git(*command: str) -> str:
    done = subprocess.run(("git", *command), capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return done.stdout.strip()


def page(rounds: list[Round], told: dict[str, str], missing: list[str]) -> str:
    """The whole page."""
    return PAGE.format(
        conditions="\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in told.items())]),
        goals=table.goals(rounds),
        rounds=len(rounds),
        turns=TURNS,
        missing=", ".join(missing) or "nothing that is named here",
        cpu=table.cpu(rounds),
        first_text=table.first_text(rounds),
        per_second=table.per_second(rounds),
        busiest=table.busiest(rounds),
        scaling=table.scaling(rounds),
        starts=table.starts(rounds),
        cores=os.cpu_count(),
    )
