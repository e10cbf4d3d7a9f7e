"""Text and tools from the Messages API to Gemini and back: no checks, no repairs, nothing else.

What a translation costs that does only this is what the bridge is measured against.
"""

from __future__ import annotations

from typing import Any

import orjson

Json = dict[str, Any]

_UNKNOWN_TO_GEMINI = frozenset({"$schema", "$id", "additionalProperties", "default", "title"})
_GENERATION = {"temperature": "temperature", "top_p": "topP", "top_k": "topK", "stop_sequences": "stopSequences"}
_DELTA = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":{"type":"text_delta","text":'
)
_DELTA_ENDS = b"}}\n\n"


def to_gemini(request: Json) -> bytes:
    """The body of `generateContent` for a request of the Messages API."""
    names: dict[str, str] = {}
    body: Json = {
        "contents": [_content(message, names) for message in request["messages"]],
        "generationConfig": {"maxOutputTokens": request["max_tokens"]}
        | {theirs: request[ours] for ours, theirs in _GENERATION.items() if ours in request},
    }
    if system := request.get("system"):
        body["systemInstruction"] = {"parts": [{"text": block["text"]} for block in _blocks(system)]}
    if tools := request.get("tools"):
        body["tools"] = [{"functionDeclarations": list(map(_declaration, tools))}]
    return orjson.dumps(body)


def _blocks(content: Any) -> list[Json]:
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _content(message: Json, names: dict[str, str]) -> Json:
    role = "model" if message["role"] == "assistant" else "user"
    return {"role": role, "parts": [_part(block, names) for block in _blocks(message["content"])]}


def _part(block: Json, names: dict[str, str]) -> Json:
    kind = block["type"]
    if kind == "text":
        return {"text": block["text"]}
    if kind == "tool_use":
        names[block["id"]] = block["name"]
        return {"functionCall": {"name": block["name"], "args": block["input"]}}
    text = "".join(inner["text"] for inner in _blocks(block["content"]))
    return {"functionResponse": {"name": names[block["tool_use_id"]], "response": {"result": text}}}


def _declaration(tool: Json) -> Json:
    return {"name": tool["name"], "description": tool["description"], "parameters": _schema(tool["input_schema"])}


def _schema(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: _schema(value) for name, value in schema.items() if name not in _UNKNOWN_TO_GEMINI}
    return [_schema(value) for value in schema] if isinstance(schema, list) else schema


def to_anthropic(answer: Json, model: str) -> bytes:
    """A whole answer of the Messages API."""
    candidate = answer["candidates"][0]
    content = [_block(part, place) for place, part in enumerate(candidate["content"]["parts"])]
    stop = "tool_use" if any(block["type"] == "tool_use" for block in content) else "end_turn"
    return orjson.dumps({**_message(model), "content": content, "stop_reason": stop, "usage": _usage(answer)})


def _block(part: Json, place: int) -> Json:
    if call := part.get("functionCall"):
        return {"type": "tool_use", "id": f"toolu_{place}", "name": call["name"], "input": call.get("args", {})}
    return {"type": "text", "text": part["text"]}


def _message(model: str) -> Json:
    return {
        "id": "msg_reference", "type": "message", "role": "assistant", "model": model, "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 0, "output_tokens": 0},
    }  # fmt: skip


def _usage(frame: Json) -> Json:
    counted = frame.get("usageMetadata", {})
    tokens = {"input_tokens": "promptTokenCount", "output_tokens": "candidatesTokenCount"}
    return {ours: counted.get(theirs, 0) for ours, theirs in tokens.items()}


def event(data: Json) -> bytes:
    """An event of the Messages API as it goes over the wire."""
    return b"event: %s\ndata: %s\n\n" % (data["type"].encode(), orjson.dumps(data))


class Stream:
    """Translates an answer while it arrives."""

    __slots__ = ("_delta", "_index", "_model", "_open", "_out", "_rest", "_stop", "_usage")

    def __init__(self, model: str) -> None:
        self._model, self._rest, self._open, self._index = model, b"", False, 0
        self._stop, self._delta = "end_turn", b""
        self._usage: Json = {}
        self._out = [event({"type": "message_start", "message": _message(model)})]

    def feed(self, data: bytes) -> bytes:
        """The events that have become whole with these bytes."""
        *frames, self._rest = (self._rest + data).replace(b"\r\n", b"\n").split(b"\n\n")
        for frame in frames:
            self._frame(orjson.loads(frame.removeprefix(b"data:")))
        return self._taken()

    def text(self, text: str) -> None:
        """Say so much; `feed` does."""
        if not self._open:
            self._start({"type": "text", "text": ""})
            self._delta = _DELTA % self._index
        self._out.append(self._delta + orjson.dumps(text) + _DELTA_ENDS)

    def end(self) -> bytes:
        """The last events."""
        self._close()
        reason = {"stop_reason": self._stop, "stop_sequence": None}
        self._out.append(event({"type": "message_delta", "delta": reason, "usage": self._usage}))
        self._out.append(event({"type": "message_stop"}))
        return self._taken()

    def _taken(self) -> bytes:
        data = b"".join(self._out)
        self._out.clear()
        return data

    def _frame(self, frame: Json) -> None:
        candidate = frame["candidates"][0]
        for part in candidate["content"]["parts"]:
            if text := part.get("text"):
                self.text(text)
            elif call := part.get("functionCall"):
                self._call(call)
        if candidate.get("finishReason"):
            self._usage = _usage(frame)

    def _call(self, call: Json) -> None:
        self._close()
        self._stop = "tool_use"
        self._start({"type": "tool_use", "id": f"toolu_{self._index}", "name": call["name"], "input": {}})
        delta = {"type": "input_json_delta", "partial_json": orjson.dumps(call.get("args", {})).decode()}
        self._out.append(event({"type": "content_block_delta", "index": self._index, "delta": delta}))
        self._close()

    def _start(self, block: Json) -> None:
        self._open = True
        self._out.append(event({"type": "content_block_start", "index": self._index, "content_block": block}))

    def _close(self) -> None:
        if self._open:
            self._out.append(event({"type": "content_block_stop", "index": self._index}))
            self._index, self._open = self._index + 1, False
