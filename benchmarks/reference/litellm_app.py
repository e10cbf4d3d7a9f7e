"""The reference server on LiteLLM: a bare `acompletion` loop, and its chunks' text as it comes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import orjson

from reference.app import read, stream
from reference.translate import Stream

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from starlette.types import Receive, Scope, Send

litellm.telemetry = False
litellm.suppress_debug_info = True


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers `POST /v1/messages`, streamed; a GET is a look at its health."""
    if scope["type"] == "http" and scope["method"] == "POST":
        await stream(send, _streamed(orjson.loads(await read(receive))))
    elif scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})


async def _streamed(request: dict[str, Any]) -> AsyncGenerator[bytes]:
    answer = Stream(request["model"])
    chunks = await litellm.acompletion(
        model="gemini/gemini-2.5-flash", api_base=f"{os.environ['GOOGLE_GEMINI_BASE_URL']}/v1beta",
        api_key=os.environ["GEMINI_API_KEY"], max_tokens=request["max_tokens"], stream=True,
        messages=list(_messages(request)), tools=[_function(tool) for tool in request.get("tools", [])] or None,
    )  # fmt: skip
    async for chunk in chunks:
        if chunk.choices and (text := chunk.choices[0].delta.content):
            answer.text(text)
            yield answer.feed(b"")
    yield answer.end()


def _messages(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if system := request.get("system"):
        yield {"role": "system", "content": _text(system)}
    for message in request["messages"]:
        content = message["content"]
        blocks = [] if isinstance(content, str) else content
        calls = [_call(block) for block in blocks if block["type"] == "tool_use"]
        if text := _text(content):
            yield {"role": message["role"], "content": text} | ({"tool_calls": calls} if calls else {})
        for block in blocks:
            if block["type"] == "tool_result":
                yield {"role": "tool", "tool_call_id": block["tool_use_id"], "content": _text(block["content"])}


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)


def _call(block: dict[str, Any]) -> dict[str, Any]:
    function = {"name": block["name"], "arguments": orjson.dumps(block["input"]).decode()}
    return {"id": block["id"], "type": "function", "function": function}


def _function(tool: dict[str, Any]) -> dict[str, Any]:
    function = {"name": tool["name"], "description": tool["description"], "parameters": tool["input_schema"]}
    return {"type": "function", "function": function}
