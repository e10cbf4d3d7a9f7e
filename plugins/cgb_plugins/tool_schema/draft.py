"""One schema node on its way to what the target takes."""

from dataclasses import dataclass
from typing import Final

from .compiled import Change, How, pointer
from .vocabulary import SILENT, Fields, Path
from .words import words

BUDGET: Final = 4000
"""Characters that one tool may spend on words for what its schema can no longer say."""


@dataclass
class _Hint:
    """Words for a node's description, and the change that they make up for."""

    fields: Fields
    text: str
    change: int


class Ledger:
    """What becomes of one schema: its changes, and the words that are to go into descriptions, shortest first."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.changes: list[Change] = []
        self._hints: list[_Hint] = []
        self._left = budget

    def record(self, path: Path, keyword: str, how: How) -> None:
        """Remember a change."""
        self.changes.append(Change(pointer(path), keyword, how))

    def promise(self, draft: "Draft", keyword: str, text: str, how: How = "moved") -> None:
        """Remember a change that words are to make up for, once all of them are known."""
        self.record(draft.path, keyword, how)
        self._hints.append(_Hint(draft.fields, text, len(self.changes) - 1))

    def write(self) -> None:
        """Put the words into the descriptions, shortest first; the long ones that find no room are given up."""
        kept: set[int] = set()
        for hint in sorted(self._hints, key=lambda hint: len(hint.text)):
            if len(hint.text) <= self._left:
                self._left -= len(hint.text) + 1
                kept.add(hint.change)
            elif self.changes[hint.change].how == "moved":
                lost = self.changes[hint.change]
                self.changes[hint.change] = Change(lost.path, lost.keyword, "weakened")
        for hint in self._hints:
            if hint.change in kept:
                say(hint.fields, hint.text)
        self._hints.clear()

    def mark(self) -> tuple[int, int]:
        """Where the ledger stands, to return to."""
        return len(self.changes), len(self._hints)

    def rewind(self, mark: tuple[int, int]) -> None:
        """Forget what was recorded since."""
        del self.changes[mark[0] :]
        del self._hints[mark[1] :]


@dataclass
class Draft:
    """A node of its own, free to be changed; what must go is recorded in the ledger of the whole schema."""

    fields: Fields
    path: Path
    ledger: Ledger

    def drop(self, keyword: str) -> None:
        """Take a keyword away that says nothing the model needs."""
        if keyword in self.fields:
            del self.fields[keyword]
            if keyword not in SILENT and not keyword.startswith("x-"):
                self.ledger.record(self.path, keyword, "dropped")

    def tell(self, keyword: str) -> None:
        """Take a keyword away and say in words what it asked for."""
        self.ledger.promise(self, keyword, f"[{words(keyword, self.fields.pop(keyword))}]")

    def weakened(self, keyword: str) -> None:
        """Record that a rule was given up."""
        self.ledger.record(self.path, keyword, "weakened")


def say(fields: Fields, text: str) -> None:
    """Add words to a node's description."""
    said = fields.get("description")
    fields["description"] = f"{said} {text}" if said else text
