"""What rules may ask about a request."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cgb import (
    Block,
    Context,
    DocumentBlock,
    ImageBlock,
    MessageParam,
    MessagesRequest,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
)
from cgb.messages import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

NOT = "not"
"""The name under which a negation is told all the facts."""

HEADER = "header."
"""Begins the name of a fact that is a header's value."""

_AGENT = "x-claude-code-agent-id"
_MOST_TOLD = 5
_REMINDER = re.compile(r"<system-reminder>.*?</system-reminder>", re.DOTALL)
_TAG = re.compile(r"[#@](?<!\S[#@])\w\S*")  # the rare character first: that is quick to search for
_AFTER_A_TAG = ".,;:!?)\"'"
_UNSAID = "none"
_NO_PROMPT = frozenset({ToolResultBlock, ToolUseBlock, ThinkingBlock})
"""What most turns of a tool loop begin with, and no prompt does."""


class Facts:
    """The facts about a request: each is found out at most once, and only if somebody asks."""

    def __init__(self, request: MessagesRequest, ctx: Context) -> None:
        self.request = request
        # Not the context itself: its notes lead here, and what is in a circle stays in memory for long.
        self.asked, self.headers, self.kind, self.at = ctx.request, ctx.headers, ctx.kind, ctx.at
        self._known: dict[str, Any] = {}

    def of(self, name: str) -> Any:
        """A fact, by the name that rules have for it."""
        if name == NOT:
            return self
        if name not in self._known:
            find = _FIND.get(name)
            self._known[name] = find(self) if find else self._header(name)
        return self._known[name]

    def told(self, name: str) -> str:
        """A fact as people read it; never a header's value, which may be secret."""
        found = self.of(name)
        if name == NOT:
            return ""
        if name.startswith(HEADER):
            return "present" if found else "missing"
        match found:
            case bool():
                return str(found).lower()
            case int():
                return f"{found:,}"
            case tuple():
                more = f", … ({len(found)})" if len(found) > _MOST_TOLD else ""
                return ", ".join(found[:_MOST_TOLD]) + more or _UNSAID
            case datetime():
                return f"{found.astimezone():%a %Y-%m-%d %H:%M %Z}"
            case _:
                return str(found)

    def _header(self, name: str) -> tuple[str, ...]:
        value = self.headers.get(name.removeprefix(HEADER))
        return () if value is None else (value,)


def tags(messages: Sequence[MessageParam], contents: Sequence[str | tuple[Block, ...]]) -> Iterator[str]:
    """The words that begin with `#` or `@` in the prompt, without the punctuation behind them.

    The prompt is the newest message of the user that is no tool's result: its tags count until the turn
    is done, however many tools it takes. What the client itself put there as a reminder does not count.
    """
    for place in range(len(contents) - 1, -1, -1):
        content = contents[place]
        if type(content) is tuple and content and type(content[0]) in _NO_PROMPT:
            continue
        if messages[place].role == "user" and (text := _prompt(content)) is not None:
            if "#" in text or "@" in text:
                yield from (tag.rstrip(_AFTER_A_TAG) for tag in _TAG.findall(_REMINDER.sub(" ", text)))
            return


def _prompt(content: str | tuple[Block, ...]) -> str | None:
    """The words of a message; None of one that brings tools' results."""
    if type(content) is not tuple:
        return str(content)
    # With pydantic's classes `isinstance` costs ten times as much.
    if any(type(block) is ToolResultBlock for block in content):
        return None
    return "\n".join(block.text for block in content if type(block) is TextBlock)


def _effort(request: MessagesRequest) -> str:
    """What the newest turn says, else the request (beta per-turn-control)."""
    for turn in reversed(request.messages):
        if "output_config" in turn.__pydantic_fields_set__:
            own = turn.get("output_config")
            if isinstance(own, dict) and own.get("effort"):
                return str(own["effort"])
    return (request.output_config.effort if request.output_config else None) or _UNSAID


def _types(contents: Sequence[str | tuple[Block, ...]]) -> set[type]:
    """The types of the blocks in the conversation, also of those in tools' results."""
    types: set[type] = set()
    for content in contents:
        if type(content) is tuple:
            for block in content:
                types.add(type(block))
                if type(block) is ToolResultBlock and type(inner := block.content) is tuple:
                    types.update(map(type, inner))
    return types


_FIND: Mapping[str, Callable[[Facts], Any]] = {
    "model": lambda facts: (facts.request.model,),
    "tokens": lambda facts: estimate_tokens(facts.asked),
    "tools": lambda facts: len(facts.request.tools),
    "tool": lambda facts: tuple([tool.name for tool in facts.request.tools]),
    "contents": lambda facts: [turn.content for turn in facts.request.messages],
    "types": lambda facts: _types(facts.of("contents")),
    "images": lambda facts: ImageBlock in facts.of("types"),
    "documents": lambda facts: DocumentBlock in facts.of("types"),
    "thinking": lambda facts: facts.request.thinking.type if facts.request.thinking else "disabled",
    "effort": lambda facts: _effort(facts.request),
    "web_search": lambda facts: any((tool.type or "").startswith("web_search") for tool in facts.request.tools),
    "subagent": lambda facts: _AGENT in facts.headers,
    "kind": lambda facts: facts.kind,
    "time": lambda facts: facts.at,
    "tag": lambda facts: tuple(tags(facts.request.messages, facts.of("contents"))),
}
