"""Makes a text that matches a regular expression: enough of the syntax for the patterns tools have."""

from __future__ import annotations

import re
import string

CANDIDATES = "a0A-_./:@ " + string.printable
QUANTIFIER = re.compile(r"\*|\+|\?|\{(\d+)(,(\d*))?\}")
ATOM = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|\(\?<?[=!:]|\(\?P?<\w+>|\(|.", re.DOTALL)
BOOSTS = (0, 1, 2, 4, 8, 16, 32, 64, 128)
UNBOUNDED = 1000
FALLBACKS = ("a", "0", "A", "example", "a-b", "a/b", "a.b", "2026-01-01", "https://example.com/", "/a/b")


def match(pattern: str, shortest: int = 0) -> str | None:
    """A text of at least `shortest` characters that matches, or None when none was found."""
    try:
        compiled = re.compile(pattern)
    except re.error:
        return None
    made = (_Sampler(pattern, boost).alternatives() for boost in BOOSTS)
    for text in (*made, *FALLBACKS):
        if len(text) >= shortest and compiled.search(text):
            return text
    return None


class _Sampler:
    """Reads the pattern from left to right, writing what it asks for."""

    def __init__(self, pattern: str, boost: int) -> None:
        self._pattern = pattern
        self._boost = boost
        self._at = 0

    def alternatives(self) -> str:
        """The first branch; the others are read over."""
        first = self._sequence()
        while self._next() == "|":
            self._at += 1
            self._sequence()
        return first

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _sequence(self) -> str:
        made = ""
        while self._next() not in {"", "|", ")"}:
            atom = self._atom()
            made += atom * self._count()
        return made

    def _atom(self) -> str:
        found = ATOM.match(self._pattern, self._at)
        text = found[0] if found else ""
        self._at += len(text)
        if text.startswith("("):
            inner = self.alternatives()
            self._at += 1
            return "" if text[-1] in "=!" else inner
        return "" if text in {"^", "$", r"\b", r"\B", r"\A", r"\Z"} else _character(text)

    def _count(self) -> int:
        found = QUANTIFIER.match(self._pattern, self._at)
        if found is None:
            return 1
        self._at = found.end() + (self._pattern[found.end() : found.end() + 1] == "?")
        low, high = _bounds(found)
        return min(max(low, self._boost), high)


def _bounds(found: re.Match[str]) -> tuple[int, int]:
    if found[1] is None:
        return {"*": (0, UNBOUNDED), "+": (1, UNBOUNDED), "?": (0, 1)}[found[0]]
    if found[2] is None:
        return int(found[1]), int(found[1])
    return int(found[1]), int(found[3] or UNBOUNDED)


def _character(atom: str) -> str:
    try:
        return next((letter for letter in CANDIDATES if re.fullmatch(atom, letter)), "")
    except re.error:
        return ""
