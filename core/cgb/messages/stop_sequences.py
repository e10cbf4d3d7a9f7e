"""Where a model's text must end because the client said so."""

from collections.abc import Iterable


class StopSequences:
    """Reads text piece by piece and says how much of it may be shown: nothing from a stop sequence on.

    A piece that could be the beginning of one is held back until more text decides. Providers take
    few stop sequences and do not say which one matched; the Messages API takes any number and does.
    """

    def __init__(self, sequences: Iterable[str]) -> None:
        self._sequences = tuple(filter(None, sequences))
        self._longest = max(map(len, self._sequences), default=0)
        self._held = ""
        self.matched: str | None = None
        """The sequence that ended the text."""

    @property
    def holds(self) -> int:
        """How many characters are held back."""
        return len(self._held)

    def read(self, text: str) -> str:
        """The text that may be shown now that `text` has come too."""
        if self.matched is not None:
            return ""
        if not self._sequences:
            return text
        whole = self._held + text
        # The one that is complete first, so that it does not matter in which pieces the text came.
        ends = [(place + len(one), -len(one), one) for one in self._sequences if (place := whole.find(one)) >= 0]
        if ends:
            end, _, self.matched = min(ends)
            self._held = ""
            return whole[: end - len(self.matched)]
        kept = self._undecided(whole)
        self._held = whole[len(whole) - kept :]
        return whole[: len(whole) - kept]

    def end(self) -> str:
        """The text that was held back, now that no more will come."""
        held, self._held = self._held, ""
        return held

    def _undecided(self, text: str) -> int:
        """How many characters at the end may be the beginning of a sequence."""
        for size in range(min(self._longest - 1, len(text)), 0, -1):
            tail = text[-size:]
            if any(sequence.startswith(tail) for sequence in self._sequences):
                return size
        return 0
