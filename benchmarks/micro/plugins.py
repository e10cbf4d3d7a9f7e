"""What stream plugins that do nothing cost for each event, in µs; prints JSON. For `../run.py`.

`0` is the pipeline without one over the transport's own events, `5` what five add to that.
"""

from __future__ import annotations

import gc
import json
import sys
from contextlib import ExitStack
from time import process_time
from typing import TYPE_CHECKING

from cases.case import driven
from cases.chains import passing, reciting

if TYPE_CHECKING:
    from cases import Once

EVENTS = 5_000
ROUNDS = 40


def main() -> None:
    """Take turns, so that what else the machine does falls on all alike; the least of many is the cost."""
    ways = (reciting(EVENTS), passing(0, EVENTS), passing(5, EVENTS))
    with ExitStack() as stack:
        bare, none, five = least([stack.enter_context(driven(way)) for way in ways])
    json.dump({"0": none - bare, "5": five - none}, sys.stdout)


def least(all_of: list[Once]) -> list[float]:
    """Microseconds an event of each."""
    gc.disable()
    rounds = [list(map(once_us, all_of)) for _ in range(ROUNDS)]
    return list(map(min, zip(*rounds, strict=True)))


def once_us(once: Once) -> float:
    """Microseconds an event, this time."""
    begin = process_time()
    once()
    return (process_time() - begin) / EVENTS * 1e6


if __name__ == "__main__":
    main()
