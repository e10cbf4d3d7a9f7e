"""Answers: what a model says, as messages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ...messages import Message, Usage, block_of
from .blocks import blocks, novel_blocks
from .values import Json, json_values, names, objects, texts, words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import SearchStrategy

_FIGURES = st.integers(0, 2**31)
_SERVER_CALL: Json = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "a"}}
_FOUND: Json = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
_STOPS = ("end_turn", "max_tokens", "refusal", "pause_turn")


@cache
def usages() -> SearchStrategy[Usage]:
    """What an answer may cost."""
    return st.builds(
        Usage,
        input_tokens=_FIGURES,
        cache_creation_input_tokens=_FIGURES,
        cache_read_input_tokens=_FIGURES,
        output_tokens=_FIGURES,
    )


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Any values of `Message`, also such as no model says: blocks of any kind, ids that are empty or used twice."""
    more = draw(st.dictionaries(names().filter(lambda name: name not in _OF_MESSAGE), json_values(), max_size=2))
    return Message(
        id=draw(texts()),
        model=draw(texts()),
        content=tuple(map(block_of, draw(st.lists(blocks(), max_size=4)))),
        stop_reason=draw(st.none() | texts()),
        stop_sequence=draw(st.none() | texts()),
        usage=draw(usages()),
        **more,
    )


_OF_MESSAGE = {*Message.model_fields, "self"}


@st.composite
def answers(draw: st.DrawFn, calling: Iterable[str] = ("Bash", "Read", "mcp__server__find")) -> Message:
    """Answers as a model gives them: `events_of(answer)` is what a transport yields for one.

    Texts with or without citations, signed thoughts, calls of the tools `calling` names, a search at the provider,
    blocks that nobody knows yet; the stop reason fits.
    """
    said = draw(st.lists(_said(tuple(calling)), min_size=1, max_size=4))
    content = [block for blocks in said for block in blocks]
    called = [block for block in content if block["type"] == "tool_use"]
    for place, block in enumerate(called):
        block["id"] = f"toolu_{place}"
    reason = "tool_use" if called else draw(st.sampled_from(_STOPS))
    return Message(
        id="msg_1",
        model="claude-opus-5-5",
        content=tuple(map(block_of, content)),
        stop_reason=reason,
        usage=draw(usages()),
    )


@cache
def _said(calling: tuple[str, ...]) -> SearchStrategy[list[Json]]:
    citations = st.fixed_dictionaries({}, optional={"citations": st.lists(objects(), min_size=1, max_size=2)})
    spoken = st.builds(lambda text, more: {"type": "text", "text": text, **more}, words(), citations)
    thoughts = st.builds(lambda text, name: {"type": "thinking", "thinking": text, "signature": name}, texts(), texts())
    calls = st.builds(
        lambda name, given: {"type": "tool_use", "name": name, "input": given}, st.sampled_from(calling), objects()
    )
    redacted = words().map(lambda data: {"type": "redacted_thinking", "data": data})
    plain = st.one_of(spoken, thoughts, calls, redacted, novel_blocks()).map(lambda block: [block])
    return plain | st.just([_SERVER_CALL, _FOUND])
