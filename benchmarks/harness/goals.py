"""What is wanted of the bridge, and the figure that shows it, taken of each round by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.rounds import Round

Figure = Callable[["Round"], float]
"""Raises KeyError where something was not measured."""

BRIDGE, RAW = "cgb", "ref-raw"
LITELLM, FASTAPI, ONE_RGS, DIRECT = "litellm-proxy", "ref-fastapi", "1rgs", "direct"
SMALL, LARGE, THOUSAND = "small:10 c=1", "cc:10 c=1", "small:1000 c=1"
PACED, CROWD, FEW = "small:100:20000 c=64", "small:100:20000 c=256", "small:100:20000 c=16"
LONG, NEW = "long:10 c=1", "new:10 c=1"


@dataclass(frozen=True)
class Goal:
    """A figure, and how high it may be at most.

    Attributes:
        unit: what it is told in; `÷` is for a part of another's, told as 1/n.
        must: what it has to keep to; None if nothing is demanded.
        stretch: what it would be at best; None if no more is wanted.
    """

    name: str
    unit: str
    figure: Figure
    must: float | None
    stretch: float | None = None


def cpu(target: str, scenario: str) -> Figure:
    """Milliseconds an answer."""
    return lambda found: found.shots[target][scenario].cpu_ms


def burst_chunk(target: str) -> Figure:
    """Milliseconds for one more chunk of a stream that comes as fast as it goes."""
    return lambda found: (cpu(target, THOUSAND)(found) - cpu(target, SMALL)(found)) / 990


def ratio(figure: Callable[[str], Figure], other: str, ours: str = BRIDGE) -> Figure:
    """The bridge's figure by another's of the same round."""
    return lambda found: figure(ours)(found) / figure(other)(found)


def _paced(target: str) -> Figure:
    return cpu(target, PACED)


def _small(target: str) -> Figure:
    return cpu(target, SMALL)


def _large(target: str) -> Figure:
    return cpu(target, LARGE)


def _big(target: str) -> Figure:
    return cpu(target, "big:10 c=1")


def _healthy(target: str) -> Figure:
    return lambda found: found.starts[target].healthy_s


def _message(target: str) -> Figure:
    return lambda found: found.starts[target].message_s


def _longer(found: Round) -> float:
    return cpu(BRIDGE, LONG)(found) / _large(BRIDGE)(found)


def _unchanged(found: Round) -> float:
    """Of two histories that are longer by the same number of turns, those of one were there before."""
    short = _large(BRIDGE)(found)
    return (cpu(BRIDGE, LONG)(found) - short) / (cpu(BRIDGE, NEW)(found) - short)


def _total(scenario: str) -> Callable[[str], Figure]:
    return lambda target: lambda found: found.shots[target][scenario].total_ms


def _added(scenario: str) -> Figure:
    def figure(found: Round) -> float:
        return found.shots[BRIDGE][scenario].first_text_ms - found.shots[DIRECT][scenario].first_text_ms

    return figure


def _per_event(plugins: str) -> Figure:
    return lambda found: found.per_event_us[plugins]


def _litellm(scenario: str) -> Figure:
    return ratio(lambda target: cpu(target, scenario), "ref-litellm", "cgb, litellm")


def _connections(found: Round) -> float:
    return float(found.starts[BRIDGE].connections)


def _failed(found: Round) -> float:
    return float(sum(shot.failed for shots in found.shots.values() for shot in shots.values()))


GOALS = [
    Goal("CPU per paced chunk, 64 streams", "times ref-raw", ratio(_paced, RAW), 1.6, 1.25),
    Goal("", "÷ LiteLLM's proxy", ratio(_paced, LITELLM), 1 / 12, 1 / 18),
    Goal("CPU per burst chunk", "times ref-raw", ratio(burst_chunk, RAW), 3, 1.6),
    Goal("", "÷ LiteLLM's proxy", ratio(burst_chunk, LITELLM), 1 / 70, 1 / 140),
    Goal("CPU per small request", "times ref-raw", ratio(_small, RAW), 3, 2),
    Goal("", "÷ LiteLLM's proxy", ratio(_small, LITELLM), 1 / 50, 1 / 90),
    Goal("CPU per Claude Code request", "times ref-raw", ratio(_large, RAW), 2, 1),
    Goal("", "÷ LiteLLM's proxy", ratio(_large, LITELLM), 1 / 20, 1 / 40),
    Goal("", "÷ 1rgs", ratio(_large, ONE_RGS), 1 / 9),
    Goal("CPU per 1 MB request", "times ref-raw", ratio(_big, RAW), 2, 1.3),
    Goal("First text later than direct, small", "ms", _added(SMALL), 0.7, 0.35),
    Goal("First text later than direct, Claude Code", "ms", _added(LARGE), 3.5, 2),
    Goal("64 paced streams, total", "times direct", ratio(_total(PACED), DIRECT), 1.02, 1.01),
    Goal("256 paced streams, total", "times direct", ratio(_total(CROWD), DIRECT), 1.10, 1.04),
    Goal("Memory, healthy", "MB", lambda found: found.starts[BRIDGE].memory_mb, 75, 60),
    Goal("Memory, 256 streams", "MB", lambda found: found.shots[BRIDGE][CROWD].memory_mb, 120, 90),
    Goal("Start to healthy", "times ref-fastapi", ratio(_healthy, FASTAPI), 1.5),
    Goal("Start to first message", "times ref-fastapi", ratio(_message, FASTAPI), 1.5),
    Goal("Start to first message", "s", _message(BRIDGE), 1.2, 0.8),
    Goal("Connections to the upstream before a request", "", _connections, 0),
    Goal("A stream's event, without a stream plugin", "µs", _per_event("0"), 0.3, 0.15),
    Goal("Five stream plugins that do nothing, per event", "µs", _per_event("5"), 1.5, 0.6),
    Goal("LiteLLM transport, small request", "times ref-litellm", _litellm(SMALL), 1.15, 1.05),
    Goal("LiteLLM transport, 100 chunks", "times ref-litellm", _litellm("small:100 c=1"), 1.15, 1.05),
    Goal("LiteLLM transport, 16 paced streams", "times ref-litellm", _litellm(FEW), 1.15, 1.05),
    Goal("LiteLLM transport, Claude Code request", "times ref-litellm", _litellm(LARGE), 1.15, 1.05),
    Goal("History ten times as long", "times the CPU", _longer, 11),
    Goal("A further turn seen before", "times a new one", _unchanged, None, 0.1),
    Goal("Wrong answers, of all servers", "", _failed, 0),
]
