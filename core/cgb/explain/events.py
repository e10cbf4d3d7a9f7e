"""What a stage did to an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..messages import Accumulator, event_to_wire
from .diff import diff, unmatched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..messages import Event
    from .diff import Change


@dataclass(frozen=True, slots=True)
class StreamStage:
    """What a plugin did to an answer on its way back.

    Attributes:
        plugin: its name.
        received: how many events it read.
        yielded: how many it handed on.
        changed, added, removed: how many of them differ.
        changes: how the message differs that the events come to.
    """

    plugin: str
    received: int
    yielded: int
    changed: int
    added: int
    removed: int
    changes: tuple[Change, ...]


def stream_stage(plugin: str, received: Sequence[Event], yielded: Sequence[Event]) -> StreamStage:
    """What a plugin did that read these events and handed on those."""
    pairs = list(unmatched([*map(event_to_wire, received)], [*map(event_to_wire, yielded)]))
    added, removed = sum(old is None for old, _ in pairs), sum(new is None for _, new in pairs)
    changes = tuple(diff(message_of(received), message_of(yielded)))
    return StreamStage(plugin, len(received), len(yielded), len(pairs) - added - removed, added, removed, changes)


def message_of(events: Sequence[Event]) -> dict[str, Any] | None:
    """The message that these events come to, as far as they go; None where they come to none."""
    answer = Accumulator()
    try:
        for event in events:
            answer.add(event)
        return answer.message.to_wire()
    except (ValueError, TypeError):
        return None
