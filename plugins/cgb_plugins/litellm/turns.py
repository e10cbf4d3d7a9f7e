"""A conversation as chat completions want it, whatever history the client sends.

Each assistant message's calls are followed at once by as many results, in the calls' order; the last message is the
user's. What has no place there (a result nobody asked for, a second one) becomes words, for LiteLLM answers 500 to it
and providers 400 (Gemini API contract, LiteLLM; google-gemini/gemini-cli#4217, router-for-me/CLIProxyAPI#4959).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cgb import Block, MessageParam, ToolResultBlock, ToolUseBlock


@dataclass(slots=True)
class AssistantTurn:
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
    """What the user and the tools said: results for each call of the turn before, then the rest."""

    results: list[Answered] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


Turn = AssistantTurn | UserTurn


def turns(messages: Iterable[MessageParam]) -> list[Turn]:
    """The conversation as turns that alternate; a result stands right after its call, wherever the client put it."""
    merged = list(_merged(messages))
    if merged and isinstance(merged[-1], AssistantTurn):
        merged.append(UserTurn())
    taken: set[int] = set()
    for place, turn in enumerate(merged):
        if isinstance(turn, AssistantTurn) and turn.calls:
            following = merged[place + 1]
            if isinstance(following, UserTurn):
                following.results = [Answered(call, _find(call, merged[place + 1 :], taken)) for call in turn.calls]
    for turn in merged:
        turn.blocks = [block for block in turn.blocks if id(block) not in taken]
    return merged


def _merged(messages: Iterable[MessageParam]) -> Iterator[Turn]:
    current: Turn | None = None
    for message in messages:
        kind = AssistantTurn if message.role == "assistant" else UserTurn
        if not message.blocks:
            continue
        if not isinstance(current, kind):
            if current is not None:
                yield current
            current = kind()
        current.blocks += message.blocks
    if current is not None:
        yield current


def _find(call: ToolUseBlock, later: Iterable[Turn], taken: set[int]) -> ToolResultBlock | None:
    """The first result for a call that no other call of that id has taken."""
    for turn in later:
        for block in turn.blocks:
            if isinstance(block, ToolResultBlock) and block.tool_use_id == call.id and id(block) not in taken:
                taken.add(id(block))
                return block
    return None
