"""What compiling a schema comes to."""

from dataclasses import dataclass
from typing import Any

from .vocabulary import Path


@dataclass(frozen=True, slots=True)
class Weakening:
    """A rule of the original that the compiled schema no longer states, or states in words only."""

    path: str
    keyword: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schema that the target takes. Shared between requests: not to be changed.

    Attributes:
        schema: the compiled schema.
        notes: where it allows more than the original did.
        changed: whether it says anything else than the original.
    """

    schema: dict[str, Any]
    notes: tuple[Weakening, ...] = ()
    changed: bool = False


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in path)
