"""Pytest fixtures for whoever writes a plugin; `pytest_plugins = ["cgb.testing.fixtures"]` in a conftest.py has them.

    def test_it_greets(simulated_gemini, serve_bridge):
        simulated_gemini.reply({"text": "Hello."})
        bridge = serve_bridge("hello")
        assert bridge.ask("Hi").content[0].text == "Hello."

Nobody has them who did not ask for them.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from ..config import Config
from ..plugins import load, select
from .gemini_server import SimulatedGemini
from .serving import ServedBridge, serving
from .subject import plugin_named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .ask import Pluggable


class Serve(Protocol):
    """Serves a bridge until the test is over."""

    def __call__(self, plugin: Pluggable | str | Path, settings: Mapping[str, Any] | None = None) -> ServedBridge:
        """Serve the default plugins and this one, listed last, with these settings of its own."""
        ...


@pytest.fixture
def simulated_gemini() -> Iterator[SimulatedGemini]:
    """A simulated Gemini in a thread; the test fails if it was ever asked what the real one refuses."""
    with SimulatedGemini.in_thread() as gemini:
        yield gemini
        assert gemini.violations == []  # noqa: S101 - pytest shows what was violated


@pytest.fixture
def serve_bridge(simulated_gemini: SimulatedGemini) -> Iterator[Serve]:
    """Serve a bridge of the default plugins and one's own, in front of `simulated_gemini`, on a real socket."""
    with ExitStack() as stack:

        def serve(plugin: Pluggable | str | Path, settings: Mapping[str, Any] | None = None) -> ServedBridge:
            own = plugin_named(plugin)
            others = [one for one in load(select("default")) if one.name != own.name]
            tables = {own.name: dict(settings)} if settings else {}
            environ = {"GOOGLE_GEMINI_BASE_URL": simulated_gemini.url, "GEMINI_API_KEY": "test"}
            return stack.enter_context(serving([*others, own], Config(file={"plugin": tables}, environ=environ)))

        yield serve
