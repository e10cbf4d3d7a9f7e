"""What the bridge costs, beside a reference written by hand and other proxies, in one interleaved run.

    uv run benchmarks/run.py [--quick] [--rounds 3] [--json FILE] [--markdown docs/performance.md]

Prints ratios with the goals beside. Fails if any answer of any server was wrong. Linux only.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from pathlib import Path

from harness import page, table, targets
from harness.measure import measure_round
from harness.rounds import Round, Scenario
from harness.servers import Server, Target

QUICK = (
    "small:100:20000 c=64", "small:10 c=1", "small:1000 c=1", "cc:10 c=1", "cc:10 c=16", "long:10 c=1", "new:10 c=1",
    "big:10 c=1",
)  # fmt: skip
FULL = (
    "small:100:20000 c=256", "small:100:20000 c=64", "small:100:20000 c=16", "small:10 c=1", "small:100 c=1",
    "small:1000 c=1", "cc:10 c=1", "cc:0 c=1", "cc:10 c=16", "long:10 c=1", "new:10 c=1", "big:10 c=1", "big:10 c=16",
)  # fmt: skip


def main(options: argparse.Namespace) -> None:
    """Measure, or read what was measured; print and write."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # or its servers would outlive it
    if options.read:
        kept = json.loads(options.read.read_text())
        rounds, told, missing = list(map(Round.read, kept["rounds"])), kept["conditions"], kept["missing"]
    else:
        told = page.conditions()
        rounds, missing = measured(options, told)
    if options.markdown:
        options.markdown.write_text(page.page(rounds, told, missing))
    tables = (table.goals, table.cpu, table.scaling, table.starts, table.busiest)
    print("\n\n".join(["", *(tabulate(rounds) for tabulate in tables)]))
    if missing:
        print(f"Not in this run: {', '.join(missing)}.")


def measured(options: argparse.Namespace, told: dict[str, str]) -> tuple[list[Round], list[str]]:
    """The rounds, and the servers that could not take part."""
    rounds: list[Round] = []
    seconds = options.seconds or (0.3 if options.quick else 1.0)
    scenarios = [Scenario.parse(name) for name in options.scenario or (QUICK if options.quick else FULL)]
    with Server(targets.UPSTREAM, "") as upstream:
        chosen, missing = servers(options, f"http://127.0.0.1:{upstream.port}")
        for number in range(options.rounds or (2 if options.quick else 3)):
            begin = time.monotonic()
            rounds.append(measure_round(chosen, scenarios, upstream, seconds, say))
            say(f"round {number + 1} took {time.monotonic() - begin:.0f} s")
            if options.json:
                kept = {"conditions": told, "missing": missing, "rounds": [one.to_json() for one in rounds]}
                options.json.write_text(json.dumps(kept, indent=1))
    return rounds, missing


def servers(options: argparse.Namespace, upstream: str) -> tuple[list[Target], list[str]]:
    """Those to measure, and the names of those that are not installed."""
    known = targets.ours()
    others: dict[str, Target | None] = {}
    if not options.quick:
        known += [*targets.others(), *targets.through_litellm()]
        others["nginx"] = targets.nginx(upstream)
        others["litellm-proxy"] = targets.litellm_proxy()
        others["1rgs"] = targets.claude_code_proxy(options.claude_code_proxy)
    known += [one for one in others.values() if one]
    chosen = [one for one in known if not options.target or one.name in options.target]
    return chosen, [f"{name} (not installed)" for name, one in others.items() if one is None]


def say(line: str) -> None:
    """Tell how it goes on."""
    print(line, file=sys.stderr, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer shapes, servers and rounds: under two minutes")
    parser.add_argument("--rounds", type=int, help="3, or 2 if quick")
    parser.add_argument("--seconds", type=float, help="for each server and shape: 1, or 0.3 if quick")
    parser.add_argument("--target", action="append", help="only this server; may be given again")
    parser.add_argument("--scenario", action="append", help="only this, such as `cc:10 c=1`; may be given again")
    parser.add_argument(
        "--claude-code-proxy", type=Path, metavar="DIRECTORY", help="a checkout of 1rgs/claude-code-proxy"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep all figures")
    parser.add_argument("--read", type=Path, metavar="FILE", help="tabulate kept figures instead of measuring")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the page")
    return parser.parse_args()


if __name__ == "__main__":
    main(_options())
