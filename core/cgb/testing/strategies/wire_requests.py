"""Requests as JSON, as wild as the parser takes them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from .blocks import blocks, contents
from .values import Json, objects, texts, wire

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@cache
def wire_requests() -> SearchStrategy[Json]:
    """The JSON objects of requests, as any client, also a newer or a careless one, could send them.

    What a provider would refuse is among them, such as a result without its call; `requests()` are those that
    it takes.
    """
    return wire({"model": texts(min_size=1), "messages": st.lists(_turns(), min_size=1, max_size=3)}, _optional())


def _turns() -> SearchStrategy[Json]:
    spoken = {"role": st.sampled_from(["user", "assistant"]), "content": contents(blocks())}
    return wire(spoken) | wire({"role": st.just("system")}, {"content": contents(blocks())})


def _tools() -> SearchStrategy[Json]:
    custom = {"name": texts(min_size=1), "input_schema": objects()}
    search = {"type": st.just("web_search_20250305")}
    return wire(custom, {"type": st.sampled_from([None, "custom"])}) | wire(
        search, {"name": texts(), "description": st.none() | texts()}
    )


def _optional() -> dict[str, SearchStrategy[Any]]:
    no = st.none()
    return {
        "max_tokens": no | st.integers(1, 2**31),
        "system": no | contents(blocks()),
        "tools": st.lists(_tools(), max_size=2),
        "tool_choice": no | wire({"type": texts()}, {"name": no | texts()}),
        "thinking": no | wire({"type": texts()}, {"budget_tokens": no | st.integers(0, 99)}),
        "output_config": no | wire({}, {"effort": no | texts(), "format": no | objects()}),
        "stop_sequences": no | st.lists(texts(), max_size=2),
        "temperature": no | st.floats(0, 2),
        "top_k": no | st.integers(0, 99),
        "metadata": no | objects(),
        "stream": no | st.booleans(),
    }
