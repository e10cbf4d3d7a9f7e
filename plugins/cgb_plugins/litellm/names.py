"""Tool names and call ids that every provider takes, and the way back."""

import re
from collections.abc import Iterable
from hashlib import blake2s
from typing import Final

from cgb import MessagesRequest, ToolUseBlock
from cgb.messages import ToolNames, carried_by, without_carried

from .models import Family

_LEGAL_ID = re.compile(r"[a-zA-Z0-9_-]{1,40}")
_SHORT: Final = frozenset({"mistral", "codestral"})
"""Providers whose call ids are nine letters and digits."""
_SHORT_LENGTH = 9


class Names:
    """The two-way map of one request's tool names; like `ToolNames`, but OpenAI takes no dot either."""

    def __init__(self, names: Iterable[str], limit: int = 64) -> None:
        self._own = {_dotless(name): name for name in names}
        self._legal = ToolNames(self._own, limit)

    def to_upstream(self, name: str) -> str:
        """The client's name as the provider gets it; also for names that are no longer declared."""
        return self._legal.to_upstream(_dotless(name))

    def to_client(self, name: str) -> str:
        """The provider's name as the client knows it."""
        found = self._legal.to_client(name)
        return self._own.get(found, found)


def tool_names(request: MessagesRequest) -> Names:
    """The two-way map of the names this request declares."""
    return Names(tool.name for tool in request.tools if tool.is_custom)


def call_id(call: ToolUseBlock, family: Family) -> str:
    """The id under which the provider gets a call and its result: the same for the same call, in every process.

    Gemini gets back its own; anyone else the client's id without what it carries, or a hash where that is too long
    for a provider (OpenAI takes 40 characters).
    """
    memory = carried_by(call)
    if family.is_gemini and memory and memory.facts.get("id"):
        return str(memory.facts["id"])
    if family.provider in _SHORT:
        return _digest(call.id)[:_SHORT_LENGTH]
    bare = without_carried(call.id)
    return bare if _LEGAL_ID.fullmatch(bare) else f"call_{_digest(call.id)[:24]}"


def _digest(text: str) -> str:
    return blake2s(text.encode("utf-8", "surrogatepass")).hexdigest()


def _dotless(name: str) -> str:
    """A dot made into something that `ToolNames` replaces, with a hash so that no two names become one."""
    return name.replace(".", "~")
