"""The client's own limit, where Gemini was given a higher one so that it can think."""

from collections.abc import Mapping
from typing import Any

from .finish import REFUSALS, SPOILT


class OwnLimit:
    """Ends the text where the client wants it to end.

    Args:
        tokens: how many the client asked for.

    Attributes:
        is_full: whether it was reached.
    """

    def __init__(self, tokens: int) -> None:
        self.is_full = False
        self._tokens = tokens
        self._counted = 0

    def is_far(self, count: Any) -> bool:
        """Take the count of a frame, and tell whether it is one below the limit: then the frame is said as it is."""
        if type(count) is not int or count >= self._tokens:
            return False
        self._counted = count
        return True

    def fitting(
        self, found: list[dict[str, Any]], reason: str | None, count: int, *, has_text: bool
    ) -> list[dict[str, Any]]:
        """A frame's parts, within the limit: its words are cut in proportion, for nobody says which are beyond.

        Args:
            found: the parts.
            reason: Gemini's, where the answer ends here.
            count: how many tokens have been written, these included.
            has_text: whether there were words before.
        """
        before, self._counted = self._counted, count
        if count < self._tokens or (reason and count == self._tokens):
            return found
        words = sum(len(part["text"]) for part in found if is_words(part))
        if not (words or has_text) or str(reason) in REFUSALS or str(reason) in SPOILT:
            return found
        self.is_full = True
        left = words
        if count > self._tokens:
            left = words * max(self._tokens - before, 0) // max(count - before, 1)
        fitting = []
        for part in found:
            kept = {**part, "text": part["text"][:left]} if is_words(part) else part
            left -= len(kept["text"]) if is_words(part) else 0
            # A part that was cut is not what was signed.
            fitting.append(kept if kept == part else {"text": kept["text"]})
        return fitting


def is_words(part: Mapping[str, Any]) -> bool:
    """Whether a part is text that people read."""
    return isinstance(part.get("text"), str) and not part.get("thought")
