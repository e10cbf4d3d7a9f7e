"""A request's tools as functions of a chat completion, and how they may be called."""

from typing import Any

import orjson

from cgb import Context, MessagesRequest, Tool, ToolUseBlock

from .models import Family
from .names import Names
from .spelling import spelt_schema

_NO_PARAMETERS = {"type": "object", "properties": {}}


def tools_of(request: MessagesRequest, names: Names, family: Family, ctx: Context) -> dict[str, Any]:
    """`tools`, `tool_choice` and `parallel_tool_calls`; each is left out where it would say nothing."""
    functions = [_function(tool, names, family) for tool in request.tools if tool.is_custom]
    searches = [tool for tool in request.tools if not tool.is_custom and _is_run(tool, functions, family, ctx)]
    if searches:
        return {"tools": [{"googleSearch": {}}]}
    if not functions:
        remembered = _remembered(request, names, family)
        return {"tools": remembered, "tool_choice": "none"} if remembered else {}
    chosen: dict[str, Any] = {"tools": functions, **_choice(request, names, functions)}
    if "tool_choice" in chosen and family.provider == "openai":
        # LiteLLM would drop it in silence for each model that its table does not know.
        chosen["allowed_openai_params"] = ["tool_choice"]
    choice = request.tool_choice
    if choice and choice.disable_parallel_tool_use and not family.is_gemini:
        chosen["parallel_tool_calls"] = False
    return chosen


def _function(tool: Tool, names: Names, family: Family) -> dict[str, Any]:
    function: dict[str, Any] = {"name": names.to_upstream(tool.name)}
    if tool.description:
        function["description"] = tool.description
    # LiteLLM takes members out of schemas in place, so it gets a copy of its own.
    return {"type": "function", "function": function | _parameters(_copy(tool.input_schema), family)}


def _parameters(schema: Any, family: Family) -> dict[str, Any]:
    """`parameters`; Gemini refuses an object without properties, so a tool that takes nothing has none there."""
    if family.is_gemini and not schema.get("properties"):
        return {}
    return {"parameters": (spelt_schema(schema) if family.is_gemini else schema) or _NO_PARAMETERS}


def _copy(schema: Any) -> Any:
    try:
        return orjson.loads(orjson.dumps(schema))
    except orjson.JSONEncodeError:  # such as a number of more than 64 bits
        return _plain(schema)


def _plain(value: Any) -> Any:
    """A value of JSON, of plain dicts and lists throughout."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _is_run(tool: Tool, functions: list[dict[str, Any]], family: Family, ctx: Context) -> bool:
    """Whether the provider runs this tool: LiteLLM knows Gemini's search, and drops it in silence beside functions."""
    if family.is_gemini and not functions and (tool.type or "").startswith("web_search"):
        ctx.note("search", "Gemini searches the web")
        return True
    ctx.note("dropped", f"through LiteLLM this model cannot run the server tool {tool.type!r} in this request")
    return False


def _remembered(request: MessagesRequest, names: Names, family: Family) -> list[dict[str, Any]]:
    """The functions that only the history calls: providers refuse calls of tools that were never declared."""
    if request.output_config and request.output_config.format:
        return []
    used = [block.name for one in request.messages for block in one.blocks if isinstance(block, ToolUseBlock)]
    listed = dict.fromkeys(map(names.to_upstream, used))
    none = _parameters(_NO_PARAMETERS, family)
    return [
        {"type": "function", "function": {"name": name, "description": "Not to be called any more.", **none}}
        for name in listed
    ]


def _choice(request: MessagesRequest, names: Names, functions: list[dict[str, Any]]) -> dict[str, Any]:
    choice = request.tool_choice
    name = choice.name and names.to_upstream(choice.name) if choice else None
    match choice.type if choice else "":
        case "any":
            return {"tool_choice": "required"}
        case "none":
            return {"tool_choice": "none"}
        case "tool" if any(one["function"]["name"] == name for one in functions):
            return {"tool_choice": {"type": "function", "function": {"name": name}}}
        case _:
            return {}
