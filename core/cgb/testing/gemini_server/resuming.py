"""Answers that broke off: which requests ask for the rest of one, and what the rest is."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson

from cgb.testing.gemini_server.request import holds
from cgb.testing.gemini_server.turn_rules import is_model

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.scripts import Step

# A model's part and the user's note after it; after so many of them nobody asks for more.
ROUND = 2
ROUNDS = (3, 2, 1)
REMEMBERED = 10_000


def rest(step: Step, contents: list[Json], *, broke: bool = False) -> tuple[Step, int] | None:
    """The step without what the conversation ends with of it, and how many model turns that was; None if nothing.

    A text counts as broken off if more of the step was to come; that `broke` is known decides for a whole one.
    """
    for rounds in ROUNDS if step.continues else ():
        said = _said(contents, rounds)
        if said and step.text.startswith(said) and (len(said) < len(step.text) or step.calls or broke):
            start = 0 if step.restart else max(0, len(said) - step.overlap)
            return replace(step, text=step.text[start:]), rounds
    return None


def _said(contents: list[Json], rounds: int) -> str:
    """What the model says in the last turns, if they are texts, each with a note of the user after it."""
    tail = contents[-ROUND * rounds :]
    if len(tail) < ROUND * rounds:
        return ""
    spoken = [content for content in tail[::ROUND] if is_model(content) and _only_text(content)]
    notes = [content for content in tail[1::ROUND] if not is_model(content) and _only_text(content)]
    if len(spoken) < rounds or len(notes) < rounds:
        return ""
    return "".join(part["text"] for content in spoken for part in content["parts"] if not part.get("thought"))


def _only_text(content: Json) -> bool:
    parts = content.get("parts", ())
    return len(holds(content, "text")) == len(parts)


@dataclass(slots=True)
class Broken:
    """The requests whose answers broke, until they are asked again."""

    _seen: Counter[str] = field(default_factory=Counter)
    _silent: set[str] = field(default_factory=set)

    def note(self, contents: list[Json]) -> None:
        """Remember a request by its conversation."""
        self._seen[_digest(contents)] += 1
        if len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def note_silence(self, contents: list[Json]) -> None:
        """Remember a request for the rest of an answer of which nothing was left; it may be repeated."""
        self._silent.add(_digest(contents))
        if len(self._silent) > REMEMBERED:
            self._silent.clear()

    def was_silence(self, contents: list[Json]) -> bool:
        """Whether this is such a request, repeated; it is forgotten."""
        key = _digest(contents) if self._silent else ""
        known = key in self._silent
        self._silent.discard(key)
        return known

    def settle(self, contents: list[Json]) -> int | None:
        """How many contents this conversation has more than a broken request it asks again; None if it is no such.

        The request is forgotten, with those that it went on from.
        """
        for extra in range(ROUND + 1) if self._seen else ():
            if self._forget(contents, extra):
                for further in ROUNDS:
                    self._forget(contents, extra + ROUND * further)
                return extra
        return None

    def clear(self) -> None:
        """Forget all."""
        self._seen.clear()
        self._silent.clear()

    def _forget(self, contents: list[Json], extra: int) -> bool:
        if extra >= len(contents):
            return False
        key = _digest(contents[: len(contents) - extra])
        known = self._seen[key] > 0
        self._seen[key] -= 1
        if self._seen[key] <= 0:
            del self._seen[key]
        return known


def _digest(contents: list[Json]) -> str:
    return sha256(orjson.dumps(contents, option=orjson.OPT_SORT_KEYS)).hexdigest()
