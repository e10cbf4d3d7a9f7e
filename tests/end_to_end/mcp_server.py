"""A stdio MCP server with a dozen tools, whose schemas are of the kinds that real servers publish."""

import json
import sys
from typing import Any

TEXT = {"text": {"type": "string"}}
SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": TEXT, "required": ["text"]},
    {"type": "object", "properties": TEXT, "$schema": "http://json-schema.org/draft-07/schema#"},
    {"type": "object", "properties": {**TEXT, "format": {"type": "string", "enum": ["a", "b"]}}},
    {"type": "object", "properties": {**TEXT, "count": {"type": ["integer", "string", "null"]}}, "required": ["text"]},
    {"type": "object", "properties": {**TEXT, "tags": {"type": "array"}}, "additionalProperties": False},
    {"type": "object", "properties": {"node": {"$ref": "#/$defs/Node"}}, "$defs": {
        "Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node", "title": "Next"}}}}},
    {"type": "object", "properties": {"when": {"type": "string", "format": "date"}, "n": {"const": 3}}},
    {"type": "object", "properties": {"either": {"anyOf": [{"type": "string"}, {"type": "null"}]}}},
    {"type": "object", "properties": {"map": {"type": "object", "additionalProperties": {"type": "number"}}}},
    {"type": "object", "properties": {"level": {"type": "integer", "enum": [0, 1, 2], "exclusiveMinimum": -1}}},
    {"type": "object", "properties": {"default": {"type": "boolean", "default": True}, "$ref": {"type": "string"}}},
    {"type": "object"},
]  # fmt: skip
TOOLS = [
    {"name": f"echo_{number:02}", "description": f"Echoes a text, way {number}.", "inputSchema": schema}
    for number, schema in enumerate(SCHEMAS)
]


def answer(method: str, params: dict[str, Any]) -> dict[str, Any]:
    match method:
        case "initialize":
            version = params.get("protocolVersion", "2025-06-18")
            info = {"name": "dozen", "version": "1"}
            return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info}
        case "tools/list":
            return {"tools": TOOLS}
        case "tools/call":
            text = f"{params['name']}: {params.get('arguments', {}).get('text', '')}"
            return {"content": [{"type": "text", "text": text}]}
        case _:
            return {}


for line in sys.stdin:
    message = json.loads(line)
    if "id" in message and "method" in message:
        result = answer(message["method"], message.get("params") or {})
        sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + "\n")
        sys.stdout.flush()
