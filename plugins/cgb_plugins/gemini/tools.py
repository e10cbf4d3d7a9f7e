"""A request's tools as Gemini's: declarations, built-in tools and how they may be called."""

from collections.abc import Iterable, Sequence
from typing import Any

from cgb import Context, MessagesRequest, Tool, ToolUseBlock
from cgb.messages import ToolChoice, ToolNames

from .grounding import Domains
from .models import GEMINI_3, Family

Declared = list[dict[str, Any]]


def tool_names(request: MessagesRequest) -> ToolNames:
    """The two-way map of the names this request declares."""
    return ToolNames(tool.name for tool in request.tools if tool.is_custom)


def domains(request: MessagesRequest, family: Family) -> Domains | None:
    """Which sites a web search may show; None where there is none."""
    served = _served(request)
    with_functions = len(served) < len(request.tools)
    for tool in served:
        if _built_in(tool) == "googleSearch" and not _is_refused(family, with_functions=with_functions):
            return Domains(_texts(tool.get("allowed_domains")), _texts(tool.get("blocked_domains")))
    return None


def declared_tools(request: MessagesRequest, names: ToolNames, family: Family, ctx: Context) -> Declared:
    """`tools`: the functions in the client's order, then Gemini's own."""
    functions = {tool.name: _declaration(tool, names, family) for tool in request.tools if tool.is_custom}
    served = _served(request)
    searching = any(map(_built_in, served)) and _is_refused(family, with_functions=True)
    remembered = {} if functions or searching or _wants_json(request) else _remembered(request, names)
    declared = list((functions or remembered).values())
    own = _built_ins(served, family, ctx, with_functions=bool(declared))
    return ([{"functionDeclarations": declared}] if declared else []) + own


def tool_config(request: MessagesRequest, names: ToolNames, tools: Declared, calling: str = "") -> dict[str, Any]:
    """`toolConfig`.

    Args:
        request: what is asked.
        names: the tools' names, there and back.
        tools: what was declared.
        calling: the mode where the model is free to call or not, if not Gemini's own; `VALIDATED` holds the
            arguments to their schema.
    """
    if not tools:
        return {}
    declared = {function["name"] for tool in tools for function in tool.get("functionDeclarations", ())}
    config: dict[str, Any] = {}
    if declared and len(tools) > 1:
        config["includeServerSideToolInvocations"] = True
    choice = request.tool_choice
    if declared and not any(tool.is_custom for tool in request.tools):
        config["functionCallingConfig"] = {"mode": "NONE"}
    elif declared:
        wanted = _wanted(choice, names, declared) if choice else None
        wanted = wanted or ({"mode": calling} if calling else None)
        config |= {"functionCallingConfig": wanted} if wanted else {}
    return config


def _declaration(tool: Tool, names: ToolNames, family: Family) -> dict[str, Any]:
    declared: dict[str, Any] = {"name": names.to_upstream(tool.name)}
    if family.target.schema != "openapi":
        declared["parametersJsonSchema"] = tool.input_schema
    elif tool.input_schema.get("properties"):
        declared["parameters"] = tool.input_schema
    if description := tool.description:
        declared["description"] = description
    return declared


def _remembered(request: MessagesRequest, names: ToolNames) -> dict[str, dict[str, Any]]:
    """The functions that only the history calls, so that it makes sense to Gemini; it may not call them now.

    Without them it often ends with UNEXPECTED_TOOL_CALL (req_llm#944, langchain-ai/langchainjs#8589).
    """
    used = [block.name for one in request.messages for block in one.blocks if isinstance(block, ToolUseBlock)]
    return {name: {"name": names.to_upstream(name), "description": "Not to be called any more."} for name in used}


def _served(request: MessagesRequest) -> list[Tool]:
    """The tools that run at the provider."""
    return [tool for tool in request.tools if tool.type is not None and not tool.is_custom]


def _built_ins(tools: Iterable[Tool], family: Family, ctx: Context, *, with_functions: bool) -> Declared:
    found: Declared = []
    for tool in tools:
        kind = _built_in(tool)
        if kind and {kind: {}} in found:
            continue
        if kind is None or _is_refused(family, with_functions=with_functions):
            ctx.note("dropped", f"this model cannot run the server tool {tool.type!r} in this request")
        else:
            found.append({kind: {}})
            _note_limits(tool, ctx)
    return found


def _note_limits(tool: Tool, ctx: Context) -> None:
    """Say what of a server tool's settings Gemini has no member for."""
    fetches = _built_in(tool) == "urlContext"
    names = ("max_uses", "user_location", *(("allowed_domains", "blocked_domains") if fetches else ()))
    ignored = [name for name in names if tool.get(name) is not None]
    if ignored:
        ctx.note("dropped", f"{', '.join(ignored)} of {tool.type}: Gemini cannot be told")


def _is_refused(family: Family, *, with_functions: bool) -> bool:
    """Whether Gemini refuses its own tools here: before 3 it takes them or functions."""
    return with_functions and family.generation < GEMINI_3


def _built_in(tool: Tool) -> str | None:
    kind = tool.type or ""
    if kind.startswith("web_search"):
        return "googleSearch"
    if kind.startswith("code_execution"):
        return "codeExecution"
    return "urlContext" if kind.startswith("web_fetch") else None


def _wanted(choice: ToolChoice, names: ToolNames, declared: set[str]) -> dict[str, Any] | None:
    """A functionCallingConfig; only a declared function can be demanded, so no server tool (BerriAI/litellm#25477)."""
    name = choice.name and names.to_upstream(choice.name)
    match choice.type:
        case "any":
            return {"mode": "ANY"}
        case "tool" if name in declared:
            return {"mode": "ANY", "allowedFunctionNames": [name]}
        case "none":
            return {"mode": "NONE"}
        case _:
            return None


def _wants_json(request: MessagesRequest) -> bool:
    return bool(request.output_config and request.output_config.format)


def _texts(value: Any) -> Sequence[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else ()
