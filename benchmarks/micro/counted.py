"""The cases, each done once inside a C function that callgrind is told to count. For `instructions.py`.

python counted.py 1 2    the second half, by turns
"""

from __future__ import annotations

import ctypes
import gc
import logging
import sys

from cases import CASES, REFERENCE

from cgb.server import bursts

WARM_UPS = 2
LEFT_OUT = {"request: all", "request: all, ten times the history"}
"""Their parts are counted, and a check has to be quick."""


def main() -> None:
    """Do each of a share, and print its name."""
    share, shares = map(int, sys.argv[1:])
    cases = [case for name, case in CASES.items() if name not in LEFT_OUT]
    bursts.LONGEST_S = 60.0  # what comes together would otherwise depend on how fast callgrind is
    logging.disable()  # a plugin that is watched by callgrind is slow, and the log would name it
    gc.disable()  # when it runs, and for how long, depends on all that was imported
    for case in (REFERENCE, *cases[share::shares]):
        with case.opened() as once:
            for _ in range(WARM_UPS):
                once()
            globals()["once"] = once
            # It calls PyRun_SimpleStringFlags, which counts: callgrind does not see what ctypes itself calls.
            if ctypes.pythonapi.PyRun_SimpleString(b"once()"):
                sys.exit(f"{case.name} failed")
        print(case.name, flush=True)


if __name__ == "__main__":
    main()
