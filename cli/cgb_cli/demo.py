"""`--demo`: a simulated Gemini instead of the real one."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .proxies import without_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator

_STRONGER = ("CGB_GEMINI_API_KEY", "CGB_GEMINI_BASE_URL")
"""What would be read before the variables set here, and send the demo to the real service."""


@contextmanager
def simulated_gemini(*, wanted: bool) -> Iterator[None]:
    """If wanted, run a simulated Gemini in a thread and point this process and its children at it."""
    if not wanted:
        yield
        return
    from cgb.testing.gemini_server import SimulatedGemini

    before = dict(os.environ)
    with SimulatedGemini.in_thread(port=0, demo=True) as gemini:
        for name in _STRONGER:
            os.environ.pop(name, None)
        os.environ.update(GOOGLE_GEMINI_BASE_URL=gemini.url, GEMINI_API_KEY="demo", **without_loopback(before))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
