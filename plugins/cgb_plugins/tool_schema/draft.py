"""One schema node on its way to what the target takes."""

import json
from dataclasses import dataclass, field
from typing import Any

from .compiled import Weakening, pointer
from .vocabulary import Fields, Path

_SHORT = 160


@dataclass
class Draft:
    """A node of its own, free to be changed; what must go leaves a hint in the description.

    Attributes:
        fields: the keywords that are left.
        path: where the node stands, for the notes.
        notes: the notes of the whole schema.
    """

    fields: Fields
    path: Path
    notes: list[Weakening]
    _hints: list[str] = field(default_factory=list)

    def drop(self, keyword: str) -> None:
        """Take a keyword away that says nothing the model needs."""
        self.fields.pop(keyword, None)

    def tell(self, keyword: str) -> None:
        """Take a keyword away and say in words what it asked for."""
        self._hints.append(f"[{keyword}: {short(self.fields.pop(keyword))}]")
        self.weakened(keyword)

    def weakened(self, keyword: str) -> None:
        """Note that a rule was given up."""
        self.notes.append(Weakening(pointer(self.path), keyword))

    def finished(self) -> Fields:
        """The node, its hints in its description."""
        if self._hints:
            words = [self.fields.get("description", ""), *self._hints]
            self.fields["description"] = " ".join(filter(None, words))
        return self.fields


def short(value: Any) -> str:
    """A value as a few words of JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"
