"""What was seen of a request on its way."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..messages import Event, MessagesRequest
    from ..transport import Route
    from .diff import Change
    from .files import Answer


@dataclass(frozen=True, slots=True)
class Stage:
    """What a plugin changed in a request; nothing is an answer too."""

    plugin: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What a plugin said when it was asked for a route; `listed`: the request named a model of its list."""

    plugin: str
    route: Route | None
    listed: bool


@dataclass(slots=True)
class Passage:
    """A request that went in somewhere, as it was then, and the events that came out."""

    request: MessagesRequest
    route: Route
    wire: dict[str, Any]
    events: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Streamed:
    """The events that a plugin's stream stage read, and those that it handed on."""

    plugin: str
    received: list[Event] = field(default_factory=list)
    yielded: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Tried:
    """One attempt: what went in, what each plugin made of it, what reached the transport, what came back."""

    asked: Passage
    set: tuple[Change, ...] = ()
    fits: list[Stage] = field(default_factory=list)
    sent: Passage | None = None
    streams: list[Streamed] = field(default_factory=list)


@dataclass(slots=True)
class Trail:
    """All that was seen, and what the watched transports are to say.

    Attributes:
        answer: said instead of asking upstream.
        live: the transports that are asked in truth.
        rewrites: what each rewrite_request changed.
        decisions: who was asked for a route.
        layers: what passed into each wrapper, innermost first; the very first is no wrapper, but the attempts.
        attempts: what happened in each attempt.
        arrived: set where a request reaches a transport and nobody gives an answer.
    """

    answer: Answer | None = None
    live: Collection[str] = ()
    rewrites: list[Stage] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    layers: list[tuple[str, list[Passage]]] = field(default_factory=list)
    attempts: list[Tried] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_answered(self) -> bool:
        """Whether somebody gives an answer."""
        return self.answer is not None or bool(self.live)
