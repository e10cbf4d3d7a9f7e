"""Made-up conversations, whose every answer is known beforehand to the last character."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

TOOLS = [
    {
        "name": name,
        "description": f"Says {name}.",
        "input_schema": {"type": "object", "properties": {"key": {"type": "string"}, "list": {"type": "array"}}},
    }
    for name in ("look", "find", "count")
]
ODD = ("ä", "€", "\N{GRINNING CAT FACE WITH SMILING EYES}", '"quoted"', "a\\b", "line\nbreak", "\u2028", "{}", "data: ")


@dataclass(frozen=True)
class Turn:
    """One answer, as the service is told to give it and as the client must get it."""

    thoughts: str
    text: str
    calls: tuple[dict[str, Any], ...] = ()
    plain: bool = False
    slow: bool = False
    pause_s: float = 0.0

    @property
    def step(self) -> dict[str, Any]:
        """The script of the simulated service."""
        slowly: dict[str, Any] = {"chunks": 40, "delay": 0.25} if self.slow else {}
        if self.pause_s:
            slowly["fault"] = {"kind": "slow", "after": 1, "seconds": self.pause_s}
        return {"thoughts": self.thoughts, "text": self.text, "calls": list(self.calls), **slowly}


@dataclass(frozen=True)
class Talk:
    """A conversation of three to five answers.

    Attributes:
        number: tells it from all others, and stands in each of its words.
        leaves_at: the answer in whose middle the client leaves; -1 if it stays.
    """

    number: int
    turns: tuple[Turn, ...]
    leaves_at: int = -1

    @property
    def name(self) -> str:
        """How its requests are told from others'."""
        return f"Conversation {self.number}."

    def prompt(self, place: int) -> str:
        """What the user says for the answer at this place, with the script for the service from there on."""
        return f"{self.name}\n@gemini {json.dumps([turn.step for turn in self.turns[place:]])}"


def talk(number: int, seed: int, leaving: float) -> Talk:
    """The conversation of this number; a share `leaving` of them is left by the client."""
    random = Random(f"{seed} {number}")
    size = random.randint(3, 5)
    leaves_at = random.randrange(size) if random.random() < leaving else -1
    turns = [_turn(random, f"{number}.{place}", last=place == size - 1) for place in range(size)]
    if leaves_at >= 0:
        # No calls, and slow: the client is sure to leave in the middle.
        turns[leaves_at] = Turn("", _words(random, f"{number}.{leaves_at}", 200), slow=True)
    return Talk(number, tuple(turns), leaves_at)


def slow_talk(number: int) -> Talk:
    """A conversation of one answer that begins at once and ends some time later."""
    return Talk(number, (Turn("", _words(Random(number), f"{number}.0", 200), pause_s=1.5),))


def _turn(random: Random, prefix: str, *, last: bool) -> Turn:
    thoughts = _words(random, f"{prefix}t", random.randint(5, 30)) if random.random() < 0.7 else ""  # noqa: PLR2004
    calls = () if last or random.random() < 0.4 else _calls(random, prefix)  # noqa: PLR2004
    text = "" if calls and random.random() < 0.4 else _words(random, prefix, random.randint(5, 80))  # noqa: PLR2004
    return Turn(thoughts, text, calls, plain=random.random() < 0.15)  # noqa: PLR2004


def _calls(random: Random, prefix: str) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "name": str(random.choice(TOOLS)["name"]),
            "args": {"key": f"{prefix}c{place} {random.choice(ODD)}", "list": [random.random(), {"deep": place}]},
        }
        for place in range(random.randint(1, 3))
    )


def _words(random: Random, prefix: str, number: int) -> str:
    """Words of which none is like another, so that whatever is lost, repeated or swapped is seen."""
    return " ".join(f"{prefix}w{place}{random.choice(ODD) if place % 7 == 0 else ''}" for place in range(number))
