"""What compiling a schema comes to."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .codec import Codec
from .judge import Judge
from .mend import mended
from .vocabulary import Path

How: TypeAlias = Literal["dropped", "moved", "weakened", "encoded"]
"""What became of a keyword: taken away since it says nothing the model needs; said in words in the description;
given up; or kept by sending values in another form, which `decode` takes back."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that the compiled schema says otherwise than the original: where (a JSON pointer), what, and how."""

    path: str
    keyword: str
    how: How

    def as_data(self) -> dict[str, str]:
        """The change as plain data, for reports."""
        return {"path": self.path, "keyword": self.keyword, "how": self.how}


class Uncompilable(Exception):
    """A schema that no call could be right about, or that no bound on its size can hold; `path` says where."""

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


@dataclass(frozen=True, slots=True)
class Compiled:
    """A schema that the target takes. Shared between requests: not to be changed.

    Attributes:
        schema: the compiled schema.
        changes: what it says otherwise than the original.
        changed: whether it says anything otherwise.
        codec: the form in which values travel, if it is another; None for the same.
        judge: the original's rules, as far as they are known: what a call's arguments are brought back to.
    """

    schema: dict[str, Any]
    changes: tuple[Change, ...] = ()
    changed: bool = False
    codec: Codec | None = None
    judge: Judge | None = None

    def encode(self, arguments: Any) -> Any:
        """A call's arguments in the form in which the compiled schema has them."""
        return arguments if self.codec is None else self.codec.encode(arguments)

    def decode(self, arguments: Any) -> Any:
        """What the model wrote, as the original schema has it; the very same value where nothing is to be done."""
        decoded = arguments if self.codec is None else self.codec.decode(arguments)
        return decoded if self.judge is None else mended(decoded, self.judge)


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901)."""
    return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in path)
