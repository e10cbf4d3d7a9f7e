"""A conversation as Gemini's turn grammar wants it, whatever history the client sends.

Each model turn's calls are followed at once by as many results, in the calls' order; the first turn and the
last are the user's. What has no place there (a result nobody asked for, a second one) becomes words.
Gemini API contract, history rules; google-gemini/gemini-cli#4217, #13292, #16415, router-for-me/CLIProxyAPI#4959.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cgb import Block, MessageParam, ThinkingBlock, ToolResultBlock, ToolUseBlock
from cgb.messages import RedactedThinkingBlock, carried_by


@dataclass(slots=True)
class ModelTurn:
    """What the model said, in the order the client sent it."""

    blocks: list[Block] = field(default_factory=list)

    @property
    def calls(self) -> list[ToolUseBlock]:
        """Its tool calls."""
        return [block for block in self.blocks if isinstance(block, ToolUseBlock)]


@dataclass(slots=True)
class Answered:
    """A tool call and its result; None where the conversation holds none."""

    call: ToolUseBlock
    result: ToolResultBlock | None


@dataclass(slots=True)
class UserTurn:
    """What the user and the tools said: results for each call of the model turn before, then the rest."""

    results: list[Answered] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def turns(messages: Iterable[MessageParam]) -> list[ModelTurn | UserTurn]:
    """The conversation as turns that alternate; a result stands right after its call, wherever the client put it."""
    merged = list(_merged(messages))
    taken: set[int] = set()
    for place, turn in enumerate(merged):
        if isinstance(turn, ModelTurn) and turn.calls:
            results = [Answered(call, _find(call, merged[place + 1 :], taken)) for call in turn.calls]
            following = merged[place + 1 : place + 2]
            if not following:
                merged.append(UserTurn(results))
            elif isinstance(following[0], UserTurn):
                following[0].results = results
    for turn in merged:
        turn.blocks = [block for block in turn.blocks if id(block) not in taken]
    return [turn for turn in merged if turn.blocks or (isinstance(turn, UserTurn) and turn.results)]


def _merged(messages: Iterable[MessageParam]) -> Iterator[ModelTurn | UserTurn]:
    current: ModelTurn | UserTurn | None = None
    for message in messages:
        kind = ModelTurn if message.role == "assistant" else UserTurn
        blocks = [block for block in message.blocks if _is_said(block)]
        if not blocks:
            continue
        if not isinstance(current, kind):
            if current is not None:
                yield current
            current = kind()
        current.blocks += blocks
    if current is not None:
        yield current


def _is_said(block: Block) -> bool:
    """Whether a block is part of the conversation: thoughts are so only where they carry something of Gemini's."""
    return not isinstance(block, ThinkingBlock | RedactedThinkingBlock) or carried_by(block) is not None


def _find(call: ToolUseBlock, later: list[ModelTurn | UserTurn], taken: set[int]) -> ToolResultBlock | None:
    """The first result for a call that no other call of that id has taken."""
    for turn in later:
        for block in turn.blocks:
            if isinstance(block, ToolResultBlock) and block.tool_use_id == call.id and id(block) not in taken:
                taken.add(id(block))
                return block
    return None
