"""The good answers that faults happen to, cut in two at each place."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from cgb.testing.gemini_server import Step
from cgb.testing.gemini_server.faults.places import CALL, FIRST, LAST, TEXT, THINKING

THOUGHTS = "The user wants both files, so I list them: größer ≠ besser. "
WORDS = (
    'Here is "what" I see 😀:\n\n| file | size |\n|---|---|\n| a.md | 1\\2 |\n\nNow I read them both, one at a time. '
)
LS = ("Bash", {"command": "ls -l 'a b' && echo \"ü\"", "timeout": 5})
READ = ("Read", {"file_path": "/tmp/a.md", "lines": [1, {"to": None}]})

Block: TypeAlias = tuple[str, Any]
"""A kind, and what it says: `("text", "Hello.")`, `("tool_use", ("Bash", {…}))`."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A good answer before and after a place."""

    before: tuple[Block, ...]
    after: tuple[Block, ...]

    @property
    def step(self) -> Step:
        """The answer as a script of the simulated service, each of its texts in four pieces."""
        calls = [{"name": name, "args": args} for _, (name, args) in self._calls]
        return Step(WORDS, THOUGHTS, calls, chunks=4)

    def whole(self, *between: Block) -> tuple[Block, ...]:
        """The answer, with blocks put in at the place."""
        return joined((*self.before, *between, *self.after))

    @property
    def stop_reason(self) -> str:
        """How it ends."""
        return "tool_use" if self._calls else "end_turn"

    @property
    def _calls(self) -> list[Block]:
        return [block for block in self.before + self.after if block[0] == "tool_use"]


def joined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks, those of words that follow one another as one."""
    made: list[Block] = []
    for kind, said in blocks:
        if made and made[-1][0] == kind and isinstance(said, str):
            made[-1] = (kind, made[-1][1] + said)
        else:
            made.append((kind, said))
    return tuple(made)


def _halves(kind: str, text: str) -> tuple[Block, Block]:
    return (kind, text[: len(text) // 2]), (kind, text[len(text) // 2 :])


_THOUGHT, _TEXT = ("thinking", THOUGHTS), ("text", WORDS)
_CALLS = ("tool_use", LS), ("tool_use", READ)
_THOUGHT_BEGUN, _THOUGHT_LEFT = _halves(*_THOUGHT)
_TEXT_BEGUN, _TEXT_LEFT = _halves(*_TEXT)

ANSWERS = {
    FIRST: Cut((), (_THOUGHT, _TEXT, *_CALLS)),
    THINKING: Cut((_THOUGHT_BEGUN,), (_THOUGHT_LEFT, _TEXT, *_CALLS)),
    TEXT: Cut((_THOUGHT, _TEXT_BEGUN), (_TEXT_LEFT, *_CALLS)),
    CALL: Cut((_THOUGHT, _TEXT, _CALLS[0]), (_CALLS[1],)),
    # Without calls, which would make a whole answer of it before its end.
    LAST: Cut((_THOUGHT, _TEXT), ()),
}
"""By place, the answer that the fault happens to."""
