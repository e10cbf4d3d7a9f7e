"""What plugin authors test with."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .ask import Asked, aask, ask, opened, plugin_of, request_of
from .checking import check_plugin
from .requests import assert_request
from .scripted import ScriptedTransport, Sent, text_answer
from .streams import assert_stream

if TYPE_CHECKING:
    from .anthropic_server import SimulatedAnthropic
    from .gemini_server import SimulatedGemini
    from .openai_server import SimulatedOpenAI

__all__ = [
    "Asked",
    "ScriptedTransport",
    "Sent",
    "SimulatedAnthropic",
    "SimulatedGemini",
    "SimulatedOpenAI",
    "aask",
    "ask",
    "assert_request",
    "assert_stream",
    "check_plugin",
    "opened",
    "plugin_of",
    "request_of",
    "text_answer",
]

_SERVERS = {
    "SimulatedAnthropic": "anthropic_server",
    "SimulatedGemini": "gemini_server",
    "SimulatedOpenAI": "openai_server",
}


def __getattr__(name: str) -> Any:
    """A simulated service is imported by those who use it only."""
    if name in _SERVERS:
        return getattr(import_module(f".{_SERVERS[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
