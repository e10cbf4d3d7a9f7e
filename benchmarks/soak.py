"""A soak of the bridge: many conversations at once, while a share of the service's calls fails in every known way.

    uv run benchmarks/soak.py [--conversations 2000 --at-once 64 --share 0.2 --seed 1]

Every answer is known beforehand. The program prints its figures, and fails if an answer was wrong, or if anything is
left behind: a task, a socket, memory. Linux only, as it reads /proc.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from soaking.bridge import KEY, Bridge, Figures, running
from soaking.client import Clients, Tally
from soaking.service import KINDS, Ledger
from soaking.talk import slow_talk, talk

from cgb.testing.gemini_server import Chaos, SimulatedGemini

if TYPE_CHECKING:
    from collections.abc import Iterator

    from soaking.talk import Talk

RUNS = 2
LEAVING = 0.05
GONE_S = 5.0
"""How soon after its client a call of the service must be gone, which else takes ten; most of it is our own load."""
GROWTH_MB = 8.0
"""How much memory a repetition of the same work may add: allocators are not exact."""
SETTLES_S = 10.0
OPEN = 8
"""How many streams are open when the bridge is told to stop."""


@dataclass(frozen=True)
class Run:
    """What one run came to."""

    tally: Tally
    before: Figures
    after: Figures
    seconds: float
    conversations: int
    at_once: int
    calls: int
    failed: int
    kinds: int
    violations: list[str]
    in_flight: int


async def main(options: argparse.Namespace) -> int:
    """Soak, print, judge; the exit code."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # the service's complaints of clients that left
    faults = Chaos(KINDS, share=options.share, seed=options.seed)
    with SimulatedGemini.in_thread(api_key=KEY, faults=faults) as service, tempfile.TemporaryDirectory() as home:
        async with running(service.url, Path(home), options.plugins) as bridge:
            runs = [await soak(bridge, service, options) for _ in range(RUNS)]
            drained = await drain(bridge, service)
            log = bridge.log.read_text()
    table(runs)
    for name in ("errors", "given_up"):
        found: Counter[str] = sum((getattr(run.tally, name) for run in runs), Counter())
        listed = ", ".join(f"{number} {what}" for what, number in found.most_common())
        sys.stdout.write(f"{name.replace('_', ' ')}: {listed or 'none'}\n")
    sys.stdout.write(f"SIGTERM with {OPEN} open streams: {drained or 'all of them ended whole, exit code 0'}\n")
    failures = [*judged(runs), *([drained] if drained else [])]
    for failure in failures[:10]:
        sys.stdout.write(f"FAILED: {failure[:2000]}\n")
    if failures:
        sys.stdout.write(f"The bridge's log ends:\n{log[-3000:]}\n")
    return 1 if failures else 0


async def soak(bridge: Bridge, service: SimulatedGemini, options: argparse.Namespace) -> Run:
    """One run over all conversations, and what is left when it is over."""
    service.reset()
    before = await bridge.figures()
    bridge.reset_peak()
    clients = Clients(bridge.url, Ledger(service))
    begin = time.monotonic()
    await clients.run(talks(options), options.at_once)
    seconds = time.monotonic() - begin
    after = await settled(bridge, before)
    calls = [call for call in service.calls if call.fault]
    return Run(
        clients.tally, before, after, seconds,
        conversations=options.conversations,
        at_once=options.at_once,
        calls=len(service.calls),
        failed=len(calls),
        kinds=len({call.fault for call in calls}),
        violations=[f"{call.model} {one.rule}: {one.text}" for call in service.calls for one in call.violations],
        in_flight=sum(call.finished_at is None for call in service.calls),
    )  # fmt: skip


def talks(options: argparse.Namespace) -> Iterator[Talk]:
    """The conversations; each run has the same."""
    return (talk(number, options.seed, LEAVING) for number in range(options.conversations))


async def settled(bridge: Bridge, before: Figures) -> Figures:
    """What the bridge holds once nothing more goes away."""
    deadline = time.monotonic() + SETTLES_S
    while True:
        now = await bridge.figures()
        if not left_behind(before, now) or time.monotonic() > deadline:
            return now
        await asyncio.sleep(0.2)


def left_behind(before: Figures, after: Figures) -> list[str]:
    """Tasks and sockets that were not there before; idle connections to the service may stay for the next call."""
    found = [f"task {name}" for name, number in after.tasks.items() if number > before.tasks.get(name, 0)]
    sockets = (after.fds - after.upstream) - (before.fds - before.upstream)
    return [*found, f"{sockets} open files"] if sockets > 0 else found


async def drain(bridge: Bridge, service: SimulatedGemini) -> str:
    """Tell the bridge to stop while streams are open; what went wrong, or "" if all of them came to their end."""
    service.reset()
    clients = Clients(bridge.url, Ledger(service))
    holding = asyncio.create_task(clients.run(map(slow_talk, range(OPEN)), OPEN))
    async with asyncio.timeout(SETTLES_S):
        while sum(call.status > 0 for call in service.calls) < OPEN:  # noqa: ASYNC110 - they are another thread's
            await asyncio.sleep(0.01)
    bridge.process.send_signal(signal.SIGTERM)
    code, _ = await asyncio.gather(bridge.process.wait(), holding)
    tally = clients.tally
    return "" if (code, tally.exact) == (0, OPEN) else f"exit code {code}, {tally.exact} whole answers, {tally.wrong}"


def judged(runs: list[Run]) -> Iterator[str]:
    """All that should not have been."""
    for run in runs:
        yield from run.tally.wrong
        yield from (f"left behind: {what}" for what in left_behind(run.before, run.after))
        yield from (f"a call broke a rule of the Gemini API: {text}" for text in run.violations)
        if run.after.upstream > run.at_once:
            yield f"left behind: {run.after.upstream} connections to the service"
        if run.in_flight:
            yield f"{run.in_flight} calls of the service were left open"
        if run.tally.cancel_s and max(run.tally.cancel_s) > GONE_S:
            yield f"a client left, and its call went on for {max(run.tally.cancel_s):.1f} s"
    first, last = runs[0].after, runs[-1].after
    if last.rss_mb - first.rss_mb > GROWTH_MB:
        yield f"memory grew by {last.rss_mb - first.rss_mb:.1f} MB while the same work was repeated"


def table(runs: list[Run]) -> None:
    """Print the figures, a column for each run."""
    columns = [figures(run) for run in runs]
    for name in columns[0]:
        values = "".join(f"{column.get(name, ''):>26}" for column in columns)
        sys.stdout.write(f"{name:<34}{values}\n")


def figures(run: Run) -> dict[str, str]:
    """The figures of a run, by name."""
    tally, before, after = run.tally, run.before, run.after
    cpu_s = after.cpu_s - before.cpu_s
    waits = tally.cancel_s or [0.0]
    answers = tally.exact + tally.kept + tally.refused
    return {
        "conversations": f"{run.conversations}",
        "per second": f"{run.conversations / run.seconds:.1f}",
        "calls of the service": f"{run.calls}",
        "of these failed, kinds": f"{run.failed} ({run.failed / run.calls:.0%}), {run.kinds} of {len(KINDS)}",
        "answers": f"{answers}",
        "exact": f"{tally.exact}",
        "kept after a whole call": f"{tally.kept}",
        "refused for their contents": f"{tally.refused}",
        "mended": f"{tally.mended} ({tally.mended_share:.1%})",
        "errors: refused, given up": f"{tally.errors.total() - tally.given_up.total()}, {tally.given_up.total()}",
        "clients that left": f"{len(tally.cancel_s)}",
        "their calls ended in, median and max": f"{median(waits) * 1000:.0f}, {max(waits) * 1000:.0f} ms",
        "wrong answers": f"{len(tally.wrong)}",
        "tasks, before and after": f"{sum(before.tasks.values())} {sum(after.tasks.values())}",
        "open files": f"{before.fds} {after.fds}",
        "of these to the service": f"{before.upstream} {after.upstream}",
        "RSS, peak, MB": f"{before.rss_mb:.0f} {after.rss_mb:.0f}, {after.peak_mb:.0f}",
        "objects": f"{before.objects} {after.objects}",
        "CPU, s; ms an answer": f"{cpu_s:.1f}; {cpu_s / answers * 1000:.1f}",
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=2000)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--share", type=float, default=0.2, help="of the service's calls that fail, 0 to 1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plugins", default="default", help="those of the bridge")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(_options())))
