"""Content blocks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from .values import Json, json_values, names, objects, texts, wire

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

KNOWN = frozenset(
    {
        *("text", "image", "document", "search_result", "thinking", "redacted_thinking"),
        *("tool_use", "server_tool_use", "tool_reference", "tool_result"),
    }
)


@cache
def blocks() -> SearchStrategy[Json]:
    """The JSON objects of any blocks, wherever they stand, also of types that nobody knows yet."""
    return flat_blocks() | st.one_of(
        wire(
            {"type": st.just("search_result"), "source": texts()},
            {"title": texts(), "content": st.lists(flat_blocks(), max_size=2)},
        ),
        wire(
            {"type": st.just("tool_result"), "tool_use_id": texts()},
            {"content": st.none() | contents(flat_blocks()), "is_error": st.none() | st.booleans()},
        ),
    )


@cache
def flat_blocks() -> SearchStrategy[Json]:
    """The same without those that hold others."""
    titles = {"title": st.none() | texts(), "context": st.none() | texts()}
    calls = {"id": texts(), "input": json_values()}
    return st.one_of(
        wire(_typed("text", text=texts()), {"citations": st.none() | st.lists(objects(), max_size=2)}),
        wire(_typed("image", source=objects())),
        wire(_typed("document", source=objects()), titles),
        wire(_typed("thinking", thinking=texts()), {"signature": texts()}),
        wire(_typed("redacted_thinking", data=texts())),
        wire(_typed("tool_use", name=texts()), calls),
        wire(_typed("server_tool_use", name=texts()), calls),
        wire(_typed("tool_reference", tool_name=texts())),
        novel_blocks(),
    )


@cache
def novel_blocks() -> SearchStrategy[Json]:
    """Blocks of types that nobody knows yet."""
    return wire({"type": names().filter(lambda name: name not in KNOWN)})


def contents(items: SearchStrategy[Json]) -> SearchStrategy[str | list[Json]]:
    """The two forms of content: a string, or blocks."""
    return texts() | st.lists(items, max_size=3)


def _typed(kind: str, **members: SearchStrategy[Any]) -> dict[str, SearchStrategy[Any]]:
    return {"type": st.just(kind), **members}
