"""What a model hears of a conversation, in one form for the three kinds of bodies it comes in.

A turn is a string: `user: Look + <image/png>`, `model: Bash({"n": 1})`, `user: Bash gave done`.
"""

import json
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

Json = dict[str, Any]
_UNDERSCORE = re.compile(r"_([a-z])")
_FAILED = "Error: "


def turns(body: Json) -> list[str]:
    """The conversation, without the system prompt; turns of one side that follow each other are one."""
    said = list(_gemini(body) if "contents" in body else _messages(body["messages"]))
    return [f"{role}: {' + '.join(one for _, one in run)}" for role, run in groupby(said, key=lambda pair: pair[0])]


def system(body: Json) -> str:
    """The system prompt."""
    if "contents" in body:
        given = body.get("systemInstruction") or body.get("system_instruction") or {}
        return "\n\n".join(part["text"] for part in given.get("parts", ()))
    texts = [one["content"] for one in body["messages"] if one["role"] == "system"]
    blocks = body.get("system", ())
    return "\n\n".join([*texts, *([blocks] if isinstance(blocks, str) else [one["text"] for one in blocks])])


def tools(body: Json) -> list[str]:
    """The names of the declared functions, and the kinds of the tools that the provider runs itself."""
    found = []
    for tool in body.get("tools", ()):
        declared = tool.get("functionDeclarations") or tool.get("function_declarations")
        found += [one["name"] for one in declared or ()]
        found += [tool["function"]["name"]] if "function" in tool else []
        found += [tool["name"]] if "name" in tool else []
        found += [kind for kind in ("googleSearch", "urlContext") if kind in tool]
    return found


def choice(body: Json) -> str:
    """How the tools may be called: `auto`, `any`, `none`, or the name of the one that must be."""
    config = body.get("toolConfig") or body.get("tool_config")
    if config:
        calling = camel(config).get("functionCallingConfig", {})
        named = calling.get("allowedFunctionNames")
        return named[0] if named else str(calling.get("mode", "AUTO")).lower()
    given = body.get("tool_choice", "auto")
    if isinstance(given, dict):
        return given.get("name") or (given.get("function") or {}).get("name") or given["type"]
    return {"required": "any"}.get(given, given)


def camel(value: Any) -> Any:
    """A body of Gemini's in one spelling: LiteLLM writes snake_case in places."""
    if isinstance(value, dict):
        return {
            _UNDERSCORE.sub(lambda found: found[1].upper(), name): inner if name == "args" else camel(inner)
            for name, inner in value.items()
        }
    return [camel(one) for one in value] if isinstance(value, list) else value


def parts(body: Json) -> list[Json]:
    """All parts of a body of Gemini's."""
    return [part for content in camel(body["contents"]) for part in content["parts"]]


def _gemini(body: Json) -> Iterator[tuple[str, str]]:
    for content in camel(body["contents"]):
        for part in content["parts"]:
            yield content.get("role", "user"), _part(part)


def _part(part: Json) -> str:
    match part:
        case {"functionCall": call}:
            return f"{call['name']}({json.dumps(call.get('args', {}))})"
        case {"functionResponse": given}:
            response, files = given["response"], given.get("parts", ())
            text = f"failed: {response['error']}" if "error" in response else f"gave {response['output']}"
            return f"{given['name']} {text}" + "".join(f" with {_part(one)}" for one in files)
        case {"inlineData": data}:
            return f"<{data['mimeType']}>"
        case {"text": text}:
            return text
    return str(part)


def _messages(messages: list[Json]) -> Iterator[tuple[str, str]]:
    """Messages of Anthropic's or OpenAI's."""
    names: dict[str, str] = {}
    for message in messages:
        role = {"assistant": "model", "system": ""}.get(message["role"], "user")
        if message["role"] == "tool":
            yield role, _gave(names[message["tool_call_id"]], message["content"])
        elif role:
            content = message.get("content") or ()
            for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
                yield role, _block(block, names)
            for call in message.get("tool_calls") or ():
                names[call["id"]] = call["function"]["name"]
                yield role, f"{call['function']['name']}({json.dumps(json.loads(call['function']['arguments']))})"


def _block(block: Json, names: dict[str, str]) -> str:
    match block:
        case {"type": "text", "text": text}:
            return text
        case {"type": "image_url", "image_url": {"url": url}} | {"type": "file", "file": {"file_data": url}}:
            return f"<{url[5:].partition(';')[0]}>"
        case {"source": {"media_type": kind, "type": "base64"}}:
            return f"<{kind}>"
        case {"type": "tool_use", "id": tool_id, "name": name, "input": given}:
            names[tool_id] = name
            return f"{name}({json.dumps(given)})"
        case {"type": "tool_result", "tool_use_id": tool_id}:
            inner = block.get("content") or ()
            told = [{"type": "text", "text": inner}] if isinstance(inner, str) else inner
            text = " with ".join(_block(one, names) for one in told)
            return f"{names[tool_id]} failed: {text}" if block.get("is_error") else f"{names[tool_id]} gave {text}"
    return f"<{block['type']}>"


def _gave(name: str, content: str) -> str:
    if content.startswith(_FAILED):
        return f"{name} failed: {content.removeprefix(_FAILED)}"
    return f"{name} gave {content}"
