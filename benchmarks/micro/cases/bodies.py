"""What Claude Code asks and Gemini answers, in the sizes that matter."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

import orjson

MODEL = "claude-opus-5-5"
TOOLS = 20
WORDS = (
    "the file path a command pattern search repository returns every line that matches before you edit read it "
    "whole never guess prefer absolute paths and keep answers short when a test fails say which and why"
)

_PLAIN = {
    "file_path": {"type": "string", "description": "The absolute path of the file."},
    "limit": {"type": "integer", "exclusiveMinimum": 0, "description": "How many lines to read."},
}
_SCHEMAS: tuple[dict[str, Any], ...] = (
    {"properties": _PLAIN, "required": ["file_path"]},
    {
        "properties": {
            **_PLAIN,
            "edits": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "properties": {"old": {"type": "string"}, "new": {"type": "string"}, "all": {"default": False}},
                    "required": ["old", "new"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["file_path", "edits"],
    },
    {
        "properties": {
            "mode": {"enum": ["content", "files", "count"]},
            "pattern": {"type": "string", "minLength": 1, "maxLength": 4096},
            "where": {"anyOf": [{"type": "string", "format": "uri"}, {"type": "null"}]},
            "todo": {"$ref": "#/$defs/todo"},
        },
        "required": ["pattern"],
        "$defs": {
            "todo": {
                "type": "object",
                "properties": {"status": {"enum": ["open", "done"]}, "id": {"type": ["string", "integer"]}},
                "propertyNames": {"pattern": "^[a-z]+$"},
            }
        },
    },
)


def prose(length: int) -> str:
    """So many characters of words."""
    return " ".join(islice(cycle(WORDS.split()), length // 4))[:length]


def schemas() -> list[dict[str, Any]]:
    """The schemas of as many tools as Claude Code declares with a few MCP servers."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": False}
    return [{**head, "title": f"Tool{place}", **_SCHEMAS[place % len(_SCHEMAS)]} for place in range(TOOLS)]


def small() -> bytes:
    """A request of a few words, and of as few in its answer: a model that thinks is given room beyond that limit."""
    return orjson.dumps({**_asked([{"role": "user", "content": "Say hello."}]), "max_tokens": 1024})


def claude_code(rounds: int = 29) -> bytes:
    """Claude Code's request after so many rounds of one call each; 29 are 61 messages, 180 KB."""
    system = [{"type": "text", "text": prose(30_000), "cache_control": {"type": "ephemeral"}}]
    tools = [
        {"name": f"Tool{place}", "description": prose(1_200), "input_schema": schema}
        for place, schema in enumerate(schemas())
    ]
    messages = [{"role": "user", "content": [{"type": "text", "text": prose(2_000)}]}]
    for place in range(rounds):
        messages += _round(f"toolu_{place:024}", f"Tool{place % TOOLS}")
    messages += [{"role": "assistant", "content": "Done."}, {"role": "user", "content": "Go on."}]
    return orjson.dumps({**_asked(messages), "system": system, "tools": tools})


def _asked(messages: list[dict[str, Any]]) -> dict[str, Any]:
    return {"model": MODEL, "max_tokens": 32_000, "stream": True, "messages": messages}


def _round(call: str, tool: str) -> list[dict[str, Any]]:
    """A call and its result."""
    use = {"type": "tool_use", "id": call, "name": tool, "input": {"file_path": "/repo/src/main.py", "limit": 200}}
    result = {"type": "tool_result", "tool_use_id": call, "content": prose(3_300)}
    return [
        {"role": "assistant", "content": [{"type": "text", "text": prose(200)}, use]},
        {"role": "user", "content": [result]},
    ]


def streamed(chunks: int) -> list[bytes]:
    """Gemini's stream of so many chunks of text, as it sends them."""
    frames = [_frame(place, {"parts": [{"text": prose(40)}], "role": "model"}) for place in range(chunks)]
    last = _frame(chunks, {"parts": [{"text": ""}], "role": "model"}, finishReason="STOP")
    return [b"data: " + orjson.dumps(frame) + b"\r\n\r\n" for frame in [*frames, last]]


def _frame(tokens: int, content: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "candidates": [{"content": content, "index": 0, **fields}],
        "usageMetadata": {
            "promptTokenCount": 1234,
            "candidatesTokenCount": tokens,
            "totalTokenCount": 1234 + tokens,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1234}],
        },
        "modelVersion": "gemini-2.5-flash",
        "responseId": "abcDEF123",
    }
