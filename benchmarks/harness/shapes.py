"""What is asked: the same bytes for every server, each time.

How the upstream answers is said in the request's own text, so any proxy that passes text on can be measured.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = (  # noqa: SIM905 - a list of them would be a page long
    "the a file path tool use when you need to read write edit search code repository run command output line number "
    "pattern glob directory test python function class return value error message result content always never prefer"
).split()
TOOLS = 20
TURNS = 30
"""Calls of a tool in a history of Claude Code's size; each is two messages."""
SYSTEM = 30_000
TYPES = ("string", "integer", "boolean", "number")
RESULTS = {"cc": (1, 1_400), "long": (10, 1_400), "new": (10, 1_400), "big": (1, 29_000)}
"""By body: how many times the turns of a history, and how many characters a tool's result has."""
STAMP = "@" * 10
"""What the load client writes the request's number over, so that a turn was never seen before."""


@dataclass(frozen=True)
class Shape:
    """A body, and the answer it wants.

    Attributes:
        body: `small`, `cc` (of Claude Code's size, 174 KB), `big` (1 MB), `long` (`cc` with ten times the history), or
            `new` (`long`, where the turns that `cc` has not are others in each request).
        chunks: how many pieces the answer has; 0 asks for a whole one.
        interval_us: microseconds between two pieces; 0 sends them as fast as they go.
    """

    body: str
    chunks: int
    interval_us: int = 0

    @classmethod
    def parse(cls, name: str) -> Shape:
        """The shape that a name such as `small:100:20000` stands for."""
        body, *numbers = name.split(":")
        return cls(body, *map(int, numbers))

    @property
    def name(self) -> str:
        """As `parse` reads it."""
        return f"{self.body}:{self.chunks}" + (f":{self.interval_us}" if self.interval_us else "")

    @property
    def marker(self) -> str:
        """What the upstream reads."""
        return f"[chunks={self.chunks} interval={self.interval_us}]"

    def request(self, model: str) -> bytes:
        """The body as it goes over the wire."""
        body = {"model": model, "stream": self.chunks > 0, **_body(self.body)}
        prompt = {"role": "user", "content": f"Go on. {self.marker}"}
        return json.dumps(body | {"messages": [*body["messages"], prompt]}).encode()


@cache
def _body(kind: str) -> dict[str, Any]:
    if kind == "small":
        return {"max_tokens": 1024, "messages": []}
    chance = random.Random(7)
    times, result = RESULTS[kind]
    cached = {"cache_control": {"type": "ephemeral"}}
    return {
        "max_tokens": 32_000,
        "metadata": {"user_id": "user_1_account__session_1"},
        "system": [
            {"type": "text", "text": "You are Claude Code."},
            {"type": "text", "text": _prose(chance, SYSTEM), **cached},
        ],
        "tools": [_tool(chance, number) for number in range(TOOLS)],
        "messages": [
            *_turns(chance, TURNS * times, result, TURNS if kind == "new" else TURNS * times),
            {"role": "assistant", "content": "I have read all of it."},
        ],
    }


def _prose(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(WORDS, k=length // 4))[:length]


def _tool(chance: random.Random, number: int) -> dict[str, Any]:
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", **_schema(chance, 2)}
    return {"name": f"tool_{number}", "description": _prose(chance, 1_200), "input_schema": schema}


def _schema(chance: random.Random, depth: int) -> dict[str, Any]:
    names = [f"{chance.choice(WORDS)}_{place}" for place in range(chance.randint(3, 5))]
    fields = {name: _field(chance, depth) for name in names}
    return {"type": "object", "properties": fields, "required": names[:2], "additionalProperties": False}


def _field(chance: random.Random, depth: int) -> dict[str, Any]:
    described = {"description": _prose(chance, chance.randint(80, 180))}
    lot = chance.random()
    if depth and lot < 0.3:  # noqa: PLR2004 - the share of objects
        return {**_schema(chance, depth - 1), **described}
    if lot < 0.5:  # noqa: PLR2004 - and that of arrays
        return {"type": "array", "items": {"type": "string", "enum": chance.sample(WORDS, 4)}, **described}
    return {"type": chance.choice(TYPES), **described}


def _turns(chance: random.Random, number: int, length: int, known: int) -> Iterator[dict[str, Any]]:
    """A prompt, and calls of tools with their results; those that are not known are stamped."""
    yield {"role": "user", "content": [{"type": "text", "text": _prose(chance, length)}]}
    for place in range(number - 1):
        stamp = STAMP if place >= known else ""
        said = {"type": "text", "text": stamp + _prose(chance, 200)}
        arguments = {"path": f"/src/module_{place}.py", "limit": 200, "pattern": stamp + _prose(chance, 60)}
        call = {"type": "tool_use", "id": f"toolu_{place:024}", "name": f"tool_{place % TOOLS}", "input": arguments}
        result = {"type": "tool_result", "tool_use_id": call["id"], "content": stamp + _prose(chance, length)}
        yield {"role": "assistant", "content": [said, call]}
        yield {"role": "user", "content": [result]}
