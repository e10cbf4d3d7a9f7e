"""A conversation as strict providers want it, whatever history the client sends.

The turns alternate, the user's first and last. Each turn of the assistant's is followed at once by a result for each
of its calls, in the calls' order. A result nobody asked for, or a second one, stays among the user's blocks.
google-gemini/gemini-cli#4217, #13292, #16415, router-for-me/CLIProxyAPI#4959.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from .content import Block, RedactedThinkingBlock, ThinkingBlock, ToolResultBlock, ToolUseBlock, as_blocks
from .request import MessageParam


@dataclass(slots=True)
class AssistantTurn:
    """What the model said, in the order the client sent it."""

    blocks: list[Block] = field(default_factory=list)

    @property
    def calls(self) -> list[ToolUseBlock]:
        """Its tool calls."""
        return [block for block in self.blocks if type(block) is ToolUseBlock]


@dataclass(slots=True)
class Answered:
    """A tool call and its result; None where the conversation holds none."""

    call: ToolUseBlock
    result: ToolResultBlock | None


@dataclass(slots=True)
class UserTurn:
    """What the user and the tools said: results for each call of the turn before, then the rest.

    It is empty where the user said nothing: before an assistant that speaks first, after one that speaks last, or
    where all that stood there was a late result.
    """

    results: list[Answered] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


Turn: TypeAlias = AssistantTurn | UserTurn
"""One side's turn."""
_Results: TypeAlias = defaultdict[str, deque[tuple[int, ToolResultBlock]]]

_THOUGHTS = frozenset({ThinkingBlock, RedactedThinkingBlock})


def turns(messages: Iterable[MessageParam], is_said: Callable[[Block], bool] = lambda _: True) -> list[Turn]:
    """The conversation as turns; a result stands right after its call, wherever the client put it.

    Args:
        messages: the history; the system's words in it are the user's.
        is_said: which thoughts are part of the conversation; an assistant's message that holds nothing else is no turn.
    """
    found = _alternating(messages, is_said)
    results, taken = _results(found), set[int]()
    holding = {place for told in results.values() for place, _ in told}
    for place, (before, turn) in enumerate(pairwise(found), 1):
        if isinstance(before, AssistantTurn) and isinstance(turn, UserTurn):
            for block in before.blocks:
                if type(block) is ToolUseBlock:
                    result = _next(results[block.id], place)
                    turn.results.append(Answered(block, result))
                    taken.add(id(result))
    for place in holding:
        found[place].blocks = [block for block in found[place].blocks if id(block) not in taken]
    return found


def _alternating(messages: Iterable[MessageParam], is_said: Callable[[Block], bool]) -> list[Turn]:
    found: list[Turn] = [UserTurn()]
    was_assistant = False
    for message in messages:
        is_assistant = message.role == "assistant"
        blocks = list(as_blocks(message.content))
        if not _THOUGHTS.isdisjoint(map(type, blocks)):
            blocks = [block for block in blocks if type(block) not in _THOUGHTS or is_said(block)]
        if is_assistant is was_assistant:
            found[-1].blocks += blocks
        elif blocks:
            found.append(AssistantTurn(blocks) if is_assistant else UserTurn([], blocks))
            was_assistant = is_assistant
    return [*found, UserTurn()] if was_assistant else found


def _results(found: Iterable[Turn]) -> _Results:
    """All results by the ids they answer, each with the place of its turn."""
    results: _Results = defaultdict(deque)
    for place, turn in enumerate(found):
        for block in turn.blocks:
            if type(block) is ToolResultBlock:
                results[block.tool_use_id].append((place, block))
    return results


def _next(results: deque[tuple[int, ToolResultBlock]], place: int) -> ToolResultBlock | None:
    """The first result in this turn or a later one, taken out; those before it answer no call that is still to come."""
    while results:
        where, result = results.popleft()
        if where >= place:
            return result
    return None
