"""Which regular expressions the target can read: RE2's, as everywhere at Google."""

import re
import warnings
from typing import Final

_FOREIGN: Final = re.compile(r"\(\?(?:<?[=!]|P[=>]|\(|>)|\\[1-9]|\\k<|[*+?}]\+")
"""Look-around, back references, atomic groups and possessive quantifiers: not in RE2."""

_PIECE: Final = re.compile(r"\\[pP]\{\^?\w+\}|\\[pP]\w|\\u\{?[0-9A-Fa-f]+\}?|\\.|\(\?<(?=\w)|.", re.DOTALL)
_REPEAT: Final = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_MOST_REPEATS: Final = 1000


def readable(pattern: str) -> bool:
    """Whether it is a regular expression that needs neither look-around nor back references."""
    bare = "".join(_as_python(piece[0]) for piece in _PIECE.finditer(pattern))
    if _FOREIGN.search(bare) or _repeats_too_often(bare):
        return False
    try:
        with warnings.catch_warnings(action="ignore"):
            re.compile(bare)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def _as_python(piece: str) -> str:
    """The same in Python's dialect, without what only looks like syntax."""
    if piece == "(?<":
        return "(?P<"
    if piece[:2] in {"\\p", "\\P", "\\u"}:
        return "a"
    return r"\." if piece == "\\\\" else piece


def _repeats_too_often(pattern: str) -> bool:
    counts = (int(count) for found in _REPEAT.finditer(pattern) for count in found.groups() if count)
    return any(count > _MOST_REPEATS for count in counts)
