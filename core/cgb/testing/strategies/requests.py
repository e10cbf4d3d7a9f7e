"""Requests that a provider takes: conversations in which each call has its result."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from ...messages import MessagesRequest, Tool
from .blocks import novel_blocks
from .schemas import schemas
from .values import Json, objects, with_extras, words

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

MODELS = ("claude-opus-5-5", "claude-sonnet-5", "claude-haiku-4-5", "claude-opus-4-1[1m]", "claude-novel")
_TOOLS = ("Bash", "Read", "Edit", "mcp__server__find", "mcp__" + "long" * 14, "a.b", "größer")
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_MEDIA: tuple[Json, ...] = (
    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": _PIXEL}},
    {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
    {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
    {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a\tb"}, "title": "t"},
)
_PARAMETERS: tuple[Json, ...] = (
    {},
    {"stream": True},
    {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}, "stream": True},
    {"thinking": {"type": "enabled", "budget_tokens": 1_024}, "metadata": {"user_id": "user_1"}},
    {"thinking": {"type": "disabled"}, "temperature": 0.5, "stop_sequences": ["END"]},
    {"tool_choice": {"type": "auto", "disable_parallel_tool_use": True}, "top_k": 40, "stop_sequences": []},
    {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}, "top_p": 0.9},
)
_MOST_ROUNDS = 2


@st.composite
def requests(draw: st.DrawFn) -> MessagesRequest:
    """Requests as a client may send them and a provider takes them.

    Texts, pictures and documents, thoughts, tools, calls with their results in the next turn, reminders, blocks and
    members that nobody knows yet. The last word is the user's.
    """
    tools = draw(_tools())
    raw = {
        "model": draw(st.sampled_from(MODELS)),
        "max_tokens": draw(st.integers(1, 64_000)),
        "messages": _conversation(draw, [tool["name"] for tool in tools if "input_schema" in tool]),
        **draw(_parameters()),
    }
    return MessagesRequest.model_validate({**raw, "tools": tools} if tools else raw)


@cache
def tools() -> SearchStrategy[Tool]:
    """Tools of the client's own."""
    return _custom_tools().map(Tool.model_validate)


@cache
def _custom_tools() -> SearchStrategy[Json]:
    known = st.fixed_dictionaries(
        {"name": st.sampled_from(_TOOLS), "input_schema": schemas()}, optional={"description": words()}
    )
    return with_extras(known, Tool.model_fields)


@cache
def _tools() -> SearchStrategy[list[Json]]:
    search: Json = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5}
    return st.lists(_custom_tools() | st.just(search), max_size=3, unique_by=lambda tool: str(tool["name"]))


@cache
def _parameters() -> SearchStrategy[Json]:
    forms = words() | st.lists(_texts(), min_size=1, max_size=2)
    systems: SearchStrategy[Json] = st.just({}) | st.builds(lambda system: {"system": system}, forms)
    known = st.builds(lambda system, more: {**system, **more}, systems, st.sampled_from(_PARAMETERS))
    return with_extras(known, MessagesRequest.model_fields)


@cache
def _texts() -> SearchStrategy[Json]:
    cached = st.sampled_from([{}, {}, {"cache_control": {"type": "ephemeral"}}])
    return st.builds(lambda text, more: {"type": "text", "text": text, **more}, words(), cached)


@cache
def _said() -> SearchStrategy[Json]:
    """What a user says."""
    return _texts() | st.sampled_from(_MEDIA) | novel_blocks()


@cache
def _thoughts() -> SearchStrategy[Json]:
    signed = st.builds(lambda text, name: {"type": "thinking", "thinking": text, "signature": name}, words(), words())
    return signed | words().map(lambda data: {"type": "redacted_thinking", "data": data})


def _conversation(draw: st.DrawFn, names: list[str]) -> list[Json]:
    messages = [_user(draw, [])]
    for turn in range(draw(st.integers(0, _MOST_ROUNDS))):
        answer, calls = _assistant(draw, names or list(_TOOLS[:1]), turn)
        messages += [{"role": "assistant", "content": answer}, _user(draw, calls)]
    if draw(st.sampled_from([False, False, False, True])):
        messages.append({"role": "system", "content": draw(words())})
    return messages


def _assistant(draw: st.DrawFn, names: list[str], turn: int) -> tuple[list[Json], list[str]]:
    """An answer's blocks, and the ids of its calls."""
    thoughts = [draw(_thoughts())] if draw(st.booleans()) else []
    texts = [draw(_texts())] if draw(st.booleans()) else []
    calls = [
        {"type": "tool_use", "id": f"toolu_{turn}_{place}", "name": draw(st.sampled_from(names)), "input": given}
        for place, given in enumerate(draw(st.lists(objects(), min_size=0 if texts else 1, max_size=2)))
    ]
    return [*thoughts, *texts, *calls], [str(call["id"]) for call in calls]


def _user(draw: st.DrawFn, calls: list[str]) -> Json:
    results = [
        {"type": "tool_result", "tool_use_id": call, **draw(_results())} for call in draw(st.permutations(calls))
    ]
    if not results and draw(st.booleans()):
        return {"role": "user", "content": draw(words())}
    said = draw(st.lists(_said(), min_size=0 if results else 1, max_size=2))
    return {"role": "user", "content": [*results, *said]}


@cache
def _results() -> SearchStrategy[Json]:
    inner = _texts() | st.sampled_from(_MEDIA)
    return st.fixed_dictionaries(
        {}, optional={"content": words() | st.lists(inner, min_size=1, max_size=2), "is_error": st.booleans()}
    )
