"""What chat completions refuse, in OpenAI's words."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]

_FIELDS = {
    "model", "messages", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls", "temperature",
    "top_p", "max_tokens", "max_completion_tokens", "stop", "response_format", "reasoning_effort", "user", "seed", "n",
}  # fmt: skip
_MESSAGE_FIELDS = {
    "system": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "tool_calls", "reasoning_content", "thinking_blocks"},
    "tool": {"role", "content", "tool_call_id"},
}
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ID_LENGTH = 40
_PARTS = {"text": "text", "image_url": "image_url", "file": "file"}


def broken(body: Json) -> list[str]:
    """What is wrong with a request; the first is what the service answers."""
    return [*_members(body), *_messages(body.get("messages")), *_tools(body)]


def _members(body: Json) -> Iterator[str]:
    for name in body.keys() - _FIELDS:
        yield f"Unrecognized request argument supplied: {name}"
    if not isinstance(body.get("model"), str):
        yield "you must provide a model parameter"
    limit = body.get("max_tokens", body.get("max_completion_tokens"))
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        yield f"Invalid 'max_tokens': integer below minimum value. Expected a value >= 1, but got {limit} instead."
    if body.get("stream_options") is not None and not body.get("stream"):
        yield "The 'stream_options' parameter is only allowed when 'stream' is enabled."


def _messages(messages: Any) -> Iterator[str]:
    if not isinstance(messages, list) or not messages:
        yield "Invalid 'messages': empty array. Expected an array with minimum length 1."
        return
    waiting: list[str] = []
    for place, message in enumerate(messages):
        role = message.get("role")
        if role not in _MESSAGE_FIELDS:
            yield f"Invalid value: '{role}'. Supported values are: 'system', 'assistant', 'user', 'tool'."
            continue
        for name in message.keys() - _MESSAGE_FIELDS[role]:
            yield f"Unrecognized request argument supplied: messages[{place}].{name}"
        if role == "tool":
            yield from _result(message, place, waiting)
            continue
        if waiting:
            yield (
                "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                f"'tool_call_id'. The following tool_call_ids did not have response messages: {', '.join(waiting)}"
            )
        waiting = [str(call.get("id")) for call in message.get("tool_calls") or ()]
        yield from _said(message, place)
    if waiting:
        yield f"The following tool_call_ids did not have response messages: {', '.join(waiting)}"


def _result(message: Json, place: int, waiting: list[str]) -> Iterator[str]:
    if message.get("tool_call_id") not in waiting:
        yield (
            f"Invalid parameter: messages[{place}] with role 'tool' must be a response to a preceding message "
            "with 'tool_calls'."
        )
    else:
        waiting.remove(message["tool_call_id"])
    if not isinstance(message.get("content"), str):
        yield f"Invalid value for 'content': expected a string, got messages[{place}].content."


def _said(message: Json, place: int) -> Iterator[str]:
    content, calls = message.get("content"), message.get("tool_calls")
    if content is None and not calls:
        yield f"Invalid value for 'content': expected a string, got null. messages[{place}].content"
    for part in content if isinstance(content, list) else ():
        if _PARTS.get(part.get("type")) not in part:
            yield f"Invalid value: '{part.get('type')}'. messages[{place}].content"
    for call in calls or ():
        if len(str(call.get("id"))) > _ID_LENGTH:
            yield (
                f"Invalid 'messages[{place}].tool_calls[0].id': string too long. Expected a string with maximum "
                f"length {_ID_LENGTH}, but got a string with length {len(str(call.get('id')))} instead."
            )
        if not _NAME.fullmatch(str(call["function"].get("name"))):
            yield f"Invalid 'messages[{place}].tool_calls[0].function.name': string does not match pattern."
        try:
            json.loads(call["function"]["arguments"])
        except (KeyError, TypeError, ValueError):
            yield f"Invalid 'messages[{place}].tool_calls[0].function.arguments': not JSON."


def _tools(body: Json) -> Iterator[str]:
    names = [tool.get("function", {}).get("name") for tool in body.get("tools") or ()]
    for place, name in enumerate(names):
        if not _NAME.fullmatch(str(name)):
            yield f"Invalid 'tools[{place}].function.name': string does not match pattern. Expected '^[a-zA-Z0-9_-]+$'."
    if body.get("tools") == []:
        yield "Invalid 'tools': empty array."
    if body.get("tool_choice") is not None and not names:
        yield "'tool_choice' is only allowed when 'tools' are specified."
    chosen = body.get("tool_choice")
    if isinstance(chosen, dict) and chosen.get("function", {}).get("name") not in names:
        yield "Tool choice not found in 'tools' parameter."
