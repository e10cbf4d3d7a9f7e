"""What Gemini is known to refuse in the requests of other bridges, beside what the simulated service's faults say."""

from dataclasses import replace
from typing import Any

from cgb.testing.gemini_server.faults import FAULTS, Fault
from cgb.testing.gemini_server.faults.places import FIRST

_SCHEMA = "GenerateContentRequest.tools[0].function_declarations[0].parameters"
_TEXTS = {
    "schema_type_list": (
        "Proto field is not repeating, cannot start list.",
        "router-for-me/CLIProxyAPI#43",
    ),
    "schema_properties_of_none": (
        f"{_SCHEMA}.properties[data].properties: only allowed for OBJECT type",
        "opencode#11888, opencode#43495",
    ),
    "schema_items_of_none": (
        f"{_SCHEMA}.properties[value].items: field predicate failed: $type == Type.ARRAY",
        "hermes-agent#38972",
    ),
    "schema_items_missing": (f"{_SCHEMA}.properties[tools].items: missing field", "weave-os/router#83"),
    "schema_enum_empty": (f"{_SCHEMA}.properties[value].enum[0]: cannot be empty", "weave-os/router#83"),
    "schema_enum_type": ("function declaration enum only allowed for STRING type", "9router#380"),
    "schema_required": (f"{_SCHEMA}.required[0]: property is not defined", "probe#569"),
    "schema_no_properties": (
        f"{_SCHEMA}.properties: should be non-empty for OBJECT type",
        "BerriAI/litellm, Vertex and older models",
    ),
    "schema_format": (
        f"{_SCHEMA}.properties[value].format: only 'enum' and 'date-time' are supported for STRING type",
        "kele527/claude-gemini-bridge",
    ),
    "schema_tool_fields": (
        "Unknown name \"input_examples\" at 'request.tools[0].function_declarations[3]': Cannot find field.",
        "router-for-me/CLIProxyAPI#263",
    ),
    "schema_any_of": (f"{_SCHEMA}.properties[value]: any_of must be the only field set", "BerriAI/litellm#11164"),
    "tool_name": (
        "GenerateContentRequest.tools[0].function_declarations[20].name: Invalid function name.",
        "oh-my-claudecode#235, BerriAI/litellm#12543",
    ),
    "empty_text": (
        "Unable to submit request because it has an empty text parameter. Add a value to the parameter and try again.",
        "gemini-openai-proxy#83",
    ),
    "no_text": ("Unable to submit request because it must have a text parameter.", "continue#4141, openai-gemini#31"),
    "no_parts": ("contents.parts must not be empty", "vercel/ai#3775"),
    "thinking_budget": ("supported values are integers from 1 to 24576", "router-for-me/CLIProxyAPI#359"),
    "search_tools": (
        "Multiple tools are supported only when they are all search tools.",
        "java-genai#418, dotnet-genai#248",
    ),
    "cached_content": (
        "CachedContent can not be used with GenerateContent request setting system_instruction, tools or tool_config.",
        "BerriAI/litellm#17304, openclaw#84958",
    ),
}


def _refusal(name: str, text: str, source: str) -> Fault:
    return replace(FAULTS["invalid_argument"], name=f"refused_{name}", summary=text, source=source)


REFUSALS = {fault.name: fault for fault in (_refusal(name, *told) for name, told in _TEXTS.items())}
"""As faults, whose summary is what Gemini says."""

KNOWN = FAULTS | REFUSALS
"""Every fault of the matrix."""


def options_of(name: str, place: str) -> dict[str, Any]:
    """A fault as a script of the simulated service names it."""
    if name in REFUSALS:
        return {"kind": "http", "status": 400, "message": REFUSALS[name].summary, "at": FIRST}
    return {"kind": name, "at": place}
