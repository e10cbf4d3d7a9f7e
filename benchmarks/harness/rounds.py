"""What a run measures, and how it is kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from harness.shapes import Shape

if TYPE_CHECKING:
    from harness.servers import Target

TOO_MUCH = frozenset({"small:100:20000 c=256", "cc:10 c=16", "long:10 c=1"})
"""Scenarios in which a slow server would only be waited for."""
FEW = frozenset({"small:100:20000 c=16", "new:10 c=1", "big:10 c=16"})
"""Scenarios that show something of a few servers only, which name them."""


@dataclass(frozen=True)
class Scenario:
    """A shape, and how many ask for it at once."""

    shape: Shape
    connections: int = 1

    @classmethod
    def parse(cls, name: str) -> Scenario:
        """The scenario of a name such as `cc:10 c=1`."""
        shape, _, connections = name.partition(" c=")
        return cls(Shape.parse(shape), int(connections or 1))

    @property
    def name(self) -> str:
        """As `parse` reads it."""
        return f"{self.shape.name} c={self.connections}"

    def takes(self, target: Target) -> bool:
        """Whether a target takes part; a slow one is spared where it would only be waited for."""
        if target.only is not None:
            return self.name in target.only
        return self.name in target.also if self.name in FEW else not (target.slow and self.name in TOO_MUCH)


@dataclass(frozen=True)
class Shot:
    """What one server did with one scenario, in one turn or in a round.

    Attributes:
        cpu_ms: processor time per answer.
        client_cores, upstream_cores: how busy those two were, 1 being one core: near it, they are what is measured.
        memory_mb: at its highest.
        per_second: answers.
    """

    answers: int
    failed: int
    errors: list[str]
    cpu_ms: float
    first_text_ms: float
    total_ms: float
    per_second: float
    memory_mb: float
    client_cores: float
    upstream_cores: float

    @property
    def server_cores(self) -> float:
        """How busy the server was."""
        return self.cpu_ms * self.per_second / 1e3

    @classmethod
    def of(cls, turns: list[Shot]) -> Shot:
        """A round's: the median of its turns."""

        def middle(name: str) -> float:
            return median(getattr(turn, name) for turn in turns)

        return cls(
            answers=sum(turn.answers for turn in turns),
            failed=sum(turn.failed for turn in turns),
            errors=[error for turn in turns for error in turn.errors],
            cpu_ms=middle("cpu_ms"),
            first_text_ms=middle("first_text_ms"),
            total_ms=middle("total_ms"),
            per_second=middle("per_second"),
            memory_mb=max(turn.memory_mb for turn in turns),
            client_cores=middle("client_cores"),
            upstream_cores=middle("upstream_cores"),
        )


@dataclass(frozen=True)
class Start:
    """How a server started.

    Attributes:
        healthy_s: seconds until it was healthy.
        message_s: seconds until it had answered a first message.
        memory_mb: what it held in between.
        connections: what it had open to the upstream by then.
    """

    healthy_s: float
    message_s: float
    memory_mb: float
    connections: int


@dataclass(frozen=True)
class Round:
    """Everything measured once, by the names of target and scenario.

    Attributes:
        per_event_us: by number of stream plugins, what an event costs more by them.
    """

    starts: dict[str, Start]
    shots: dict[str, dict[str, Shot]]
    per_event_us: dict[str, float]

    @classmethod
    def read(cls, data: dict[str, Any]) -> Round:
        """What `asdict` wrote."""
        starts = {name: Start(**start) for name, start in data["starts"].items()}
        shots = {name: {where: Shot(**one) for where, one in found.items()} for name, found in data["shots"].items()}
        return cls(starts, shots, data["per_event_us"])

    def to_json(self) -> dict[str, Any]:
        """As `read` takes it."""
        return asdict(self)
