"""What LiteLLM says an answer cost, in Anthropic's figures."""

from collections.abc import Mapping
from typing import Any

from cgb import Usage


def usage_of(figures: Mapping[str, Any], estimate: int) -> Usage:
    """Input without what came from the cache or went into it; output with the thoughts.

    Args:
        figures: OpenAI's `usage`, as LiteLLM fills it for every provider; empty where none came.
        estimate: the prompt's tokens where nobody said.
    """
    given, written = figures.get("prompt_tokens_details") or {}, figures.get("completion_tokens_details") or {}
    cached = _number(given.get("cached_tokens")) or _number(figures.get("cache_read_input_tokens"))
    created = _number(figures.get("cache_creation_input_tokens")) or _number(given.get("cache_creation_tokens"))
    prompt = _number(figures.get("prompt_tokens")) or estimate
    thoughts = _number(written.get("reasoning_tokens"))
    more: dict[str, Any] = {"output_tokens_details": {"thinking_tokens": thoughts}} if thoughts else {}
    searches = _number(given.get("web_search_requests"))
    more |= {"server_tool_use": {"web_search_requests": searches}} if searches else {}
    return Usage(
        input_tokens=max(prompt - cached - created, 1),
        cache_creation_input_tokens=created,
        cache_read_input_tokens=cached,
        output_tokens=_number(figures.get("completion_tokens")),
        **more,
    )


def _number(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0
