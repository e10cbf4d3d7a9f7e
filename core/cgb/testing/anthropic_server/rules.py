"""What the Messages API refuses of a body: fields it does not know, thoughts it did not sign, calls without results."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha512
from itertools import groupby
from typing import Any

Json = Mapping[str, Any]

_TOP = frozenset(
    {
        *("model", "max_tokens", "messages", "system", "tools", "tool_choice", "thinking", "output_config"),
        *("metadata", "stop_sequences", "stream", "temperature", "top_p", "top_k", "service_tier", "container"),
        *("inference_geo", "speed", "cache_control", "diagnostics", "context_management", "mcp_servers", "fallbacks"),
        *("safeguards",),
    }
)
_ANSWER_ONLY = frozenset({"max_tokens", "stream", "stop_sequences", "temperature", "top_p", "top_k", "metadata"})
"""What counting tokens does not take."""

_FIELDS = {
    "text": {"text", "citations"},
    "image": {"source"},
    "document": {"source", "title", "context", "citations"},
    "thinking": {"thinking", "signature"},
    "redacted_thinking": {"data"},
    "tool_use": {"id", "name", "input", "caller"},
    "tool_result": {"tool_use_id", "content", "is_error"},
    "tool_reference": {"tool_name"},
    "search_result": {"source", "title", "content", "citations"},
    "server_tool_use": {"id", "name", "input", "caller"},
    "web_search_tool_result": {"tool_use_id", "content", "caller"},
}
_ID = re.compile(r"[a-zA-Z0-9_-]+")
_EXTRA = "Extra inputs are not permitted"
_THOUGHTS = ("thinking", "redacted_thinking")


class Refused(Exception):
    """The body is not accepted: the message of a 400."""


def signed(text: str) -> str:
    """The signature under a thought, or the encrypted form of a text, that this server knows for its own."""
    return b64encode(b"\x12" + sha512(b"simulated" + text.encode("utf-8", "surrogatepass")).digest()).decode()


def check(body: Json, *, counting: bool = False) -> None:
    """See that a body is as the API takes it.

    Raises:
        Refused: it is not.
    """
    for problem in _problems(body, counting=counting):
        raise Refused(problem)


def _problems(body: Json, *, counting: bool) -> Iterator[str]:
    allowed = _TOP - _ANSWER_ONLY if counting else _TOP
    yield from (f"{name}: {_EXTRA}" for name in body if name not in allowed)
    needed = ("model", "messages") if counting else ("model", "messages", "max_tokens")
    yield from (f"{name}: Field required" for name in needed if name not in body)
    messages: Sequence[Json] = body["messages"]
    for place, message in enumerate(messages):
        yield from _of_message(message, f"messages.{place}", is_last=place == len(messages) - 1)
    yield from of_calls(messages)
    if (body.get("thinking") or {}).get("type") == "enabled":
        yield from _of_thinking(messages)


def _of_message(message: Json, path: str, *, is_last: bool) -> Iterator[str]:
    yield from (f"{path}.{name}: {_EXTRA}" for name in message if name not in {"role", "content", "output_config"})
    is_empty = not message.get("content") and message["role"] != "system"
    if is_empty and not (is_last and message["role"] == "assistant"):
        yield f"{path}: all messages must have non-empty content except for the optional final assistant message"
    for place, block in enumerate(_blocks(message)):
        yield from _of_block(block, f"{path}.content.{place}")


def _of_block(block: Json, path: str) -> Iterator[str]:
    kind = block.get("type")
    if kind not in _FIELDS:
        yield f"{path}: Input tag '{kind}' found using 'type' does not match any of the expected tags"
        return
    allowed = {"type", "cache_control", *_FIELDS[kind]}
    yield from (f"{path}.{kind}.{name}: {_EXTRA}" for name in block if name not in allowed)
    if kind == "text" and not block["text"].strip():
        yield "messages: text content blocks must contain non-whitespace text"
    for name in ("id", "tool_use_id"):
        if name in block and not _ID.fullmatch(block[name]):
            yield f"{path}.{kind}.{name}: String should match pattern '^[a-zA-Z0-9_-]+$'"
    yield from _of_proofs(block, path)
    if kind == "tool_result":
        for place, inner in enumerate(_blocks(block)):
            yield from _of_block(inner, f"{path}.tool_result.content.{place}")


def _of_proofs(block: Json, path: str) -> Iterator[str]:
    """What only this server can have written."""
    match block:
        case {"type": "thinking"} if block.get("signature") != signed(block["thinking"]):
            yield f"{path}: Invalid `signature` in `thinking` block"
        case {"type": "redacted_thinking"} if block["data"] != signed("redacted"):
            yield f"{path}: Invalid `data` in `redacted_thinking` block"
        case {"type": "web_search_tool_result", "content": list(results)}:
            if any(result.get("encrypted_content") != signed(result["url"]) for result in results):
                yield f"{path}: Invalid `encrypted_content` in `search_result` block"
        case {"type": "text", "citations": list(citations)}:
            if any(citation.get("encrypted_index") != signed(citation["url"]) for citation in citations):
                yield f"{path}: Invalid `encrypted_index` in `text` block"
        case _:
            pass


def of_calls(messages: Sequence[Json]) -> Iterator[str]:
    """Each call is answered in the next turn, and nothing else is."""
    turns = list(_turns(messages))
    ids = [block["id"] for _, blocks in turns for block in blocks if block["type"] == "tool_use"]
    if len(set(ids)) < len(ids):
        yield "messages: `tool_use` ids must be unique"
    called: list[str] = []
    for role, blocks in [*turns, ("user", [])]:
        answered = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        if missing := [one for one in called if one not in answered]:
            yield f"messages: `tool_use` ids were found without `tool_result` blocks immediately after: {missing}"
        if unexpected := [one for one in answered if one not in called]:
            yield f"messages: unexpected `tool_use_id` found in `tool_result` blocks: {unexpected}"
        called = [block["id"] for block in blocks if role == "assistant" and block["type"] == "tool_use"]


def _of_thinking(messages: Sequence[Json]) -> Iterator[str]:
    """With a budget, a call that is being answered must follow a thought (lbjlaq/Antigravity-Manager#139)."""
    turns = list(_turns(messages))[-2:]
    if len(turns) < 2 or not any(block["type"] == "tool_result" for block in turns[1][1]):  # noqa: PLR2004 - call, result
        return
    first = turns[0][1][0]["type"]
    if first not in _THOUGHTS:
        yield (
            f"messages: Expected `thinking` or `redacted_thinking`, but found `{first}`. When `thinking` is enabled, "
            "a final `assistant` message must start with a thinking block"
        )


def _turns(messages: Sequence[Json]) -> Iterator[tuple[str, list[Json]]]:
    spoken = (message for message in messages if message["role"] != "system")
    for role, run in groupby(spoken, key=lambda message: str(message["role"])):
        yield role, [block for message in run for block in _blocks(message)]


def _blocks(holder: Json) -> Sequence[Json]:
    content = holder.get("content") or ()
    return ({"type": "text", "text": content},) if isinstance(content, str) else content
