"""What somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str]) -> str:
    """A sentence for the end of an error: the nearest name, or all there are."""
    known = sorted(names)
    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else f" Known: {', '.join(known) or 'none'}."
