"""Rules on `tools` and `toolConfig`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cgb.testing.gemini_server import json_schema_rules, schema_rules
from cgb.testing.gemini_server.content_rules import check_name

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.findings import Findings
    from cgb.testing.gemini_server.request import Request

FORCING = {"ANY", "VALIDATED"}
CALLING = "tool_config.function_calling_config"


def check_fields(request: Request, found: Findings) -> None:
    """The rules reported together, as lines with a star."""
    for path, declaration in request.declarations():
        check_name(declaration.get("name", ""), f"{path}.name", found)
        for name, json_name, where in SCHEMAS:
            _one_schema(declaration, name, json_name, f"{path}", where, found)
    names = request.calling.get("allowedFunctionNames", [])
    if names and request.mode not in FORCING:
        text = "allowed_function_names should only be set if the function calling mode is ANY or VALIDATED."
        found.field("allowed-names", f"{CALLING}.allowed_function_names", text)


SCHEMAS = (
    ("parameters", "parametersJsonSchema", "parameters"),
    ("response", "responseJsonSchema", "response"),
)


def _one_schema(declaration: Json, name: str, json_name: str, path: str, where: str, found: Findings) -> None:
    if name in declaration and json_name in declaration:
        found.field("both-schemas", path, f"only one of {where} and {where}_json_schema may be set.")
    elif name in declaration:
        schema_rules.check(declaration[name], f"{path}.{where}", found, root="OBJECT")


def check_meaning(request: Request, found: Findings) -> None:
    """The rules reported singly."""
    _duplicates(request, found)
    _combination(request, found)
    _mode(request, found)
    for path, declaration in request.declarations():
        for _, json_name, where in SCHEMAS:
            if json_name in declaration:
                schema = declaration[json_name]
                json_schema_rules.check(schema, f"{path}.{where}_json_schema", found)


def _duplicates(request: Request, found: Findings) -> None:
    seen: set[str] = set()
    for path, declaration in request.declarations():
        name = declaration.get("name", "")
        if name in seen:
            found.add("duplicate-function", f"{path}.name", f"Duplicate function declaration found: {name}")
        seen.add(name)


def _combination(request: Request, found: Findings) -> None:
    included = request.body.get("toolConfig", {}).get("includeServerSideToolInvocations", False)
    model = request.model
    if included and not model.signs:
        text = f"Tool call context circulation is not enabled for models/{model.name}"
        found.add("server-side-tools", "tool_config.include_server_side_tool_invocations", text)
    if request.functions and request.built_in and not model.signs:
        found.add("built-in-and-functions", "tools", "Tool use with function calling is unsupported")
    elif request.functions and request.built_in and not included:
        text = (
            "Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with "
            "Function calling."
        )
        found.add("built-in-and-functions", "tools", text)
    if request.functions and request.json_mode and not model.signs:
        text = "Function calling with a response mime type: 'application/json' is unsupported"
        found.add("json-and-functions", "generation_config.response_mime_type", text)


def _mode(request: Request, found: Findings) -> None:
    if request.mode in FORCING and not request.functions:
        found.add("mode", CALLING, "Function calling config is set without function_declarations.")
    for index, name in enumerate(request.calling.get("allowedFunctionNames", ())):
        if request.mode in FORCING and name not in request.functions:
            path = f"{CALLING}.allowed_function_names[{index}]"
            found.add("allowed-names", path, f"Allowed function name {name} is not a declared function.")


def check_cache(request: Request, found: Findings) -> None:
    """Explicit caches: the combination the service forbids."""
    clash = {"systemInstruction", "tools", "toolConfig"} & request.body.keys()
    if "cachedContent" in request.body and clash:
        text = (
            "CachedContent can not be used with GenerateContent request setting system_instruction, tools or "
            "tool_config."
        )
        found.add("cached-content", "cached_content", text)
