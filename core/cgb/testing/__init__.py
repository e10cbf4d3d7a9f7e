"""What plugin authors test with."""

from typing import TYPE_CHECKING, Any

from .ask import Asked, aask, ask, opened, plugin_of, request_of
from .scripted import ScriptedTransport, Sent, text_answer
from .streams import assert_stream

if TYPE_CHECKING:
    from .gemini_server import SimulatedGemini

__all__ = [
    "Asked",
    "ScriptedTransport",
    "Sent",
    "SimulatedGemini",
    "aask",
    "ask",
    "assert_stream",
    "opened",
    "plugin_of",
    "request_of",
    "text_answer",
]


def __getattr__(name: str) -> Any:
    """The simulated Gemini is imported by those who use it only."""
    if name == "SimulatedGemini":
        from .gemini_server import SimulatedGemini  # noqa: PLC0415 - see above

        return SimulatedGemini
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
