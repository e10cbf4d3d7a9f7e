"""The default agent: what the simulated model answers when nobody scripted it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from cgb.testing.gemini_server.grounding import ground
from cgb.testing.gemini_server.instances import example
from cgb.testing.gemini_server.request import holds
from cgb.testing.gemini_server.scripts import Step, last_result
from cgb.testing.gemini_server.turn_rules import is_model

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.request import Request

REMINDER = re.compile(r"<system-reminder>.*?</system-reminder>", re.DOTALL)
QUOTED = 200
ECHOED = 60
PREFERRED = ("Read", "Glob", "Grep", "LS", "Bash")
# Named in a sentence they may be plain English ("Write a poem"), and they change things.
CHANGING = {"Write", "Edit", "MultiEdit", "NotebookEdit"}
HARMLESS = {
    "command": "echo hello",
    "description": "Say hello",
    "pattern": "*.md",
    "file_path": "README.md",
    "path": ".",
}


def answer(request: Request) -> Step:
    """One step for any valid request."""
    if request.json_mode:
        made = _instance(request)
        plain = request.config.get("responseMimeType") == "text/x.enum"
        return Step(str(made) if plain else json.dumps(made, ensure_ascii=False))
    step = _step(request)
    return Step(_stopped(step.text, request), _thoughts(step), step.calls, grounding=step.grounding)


def _step(request: Request) -> Step:
    newest = _newest(request.contents)
    text = _user_text(newest)
    functions = request.callable_functions
    if request.mode == "ANY" and functions:
        return Step(calls=[_call(text, functions)])
    if any(holds(content, "functionResponse") for content in newest):
        said = last_result(request.contents)[:QUOTED]
        return Step(f"The tool said: {said}")
    if functions and _asks_for_tool(text, functions):
        return Step(calls=[_call(text, functions)])
    if "googleSearch" in request.built_in or "urlContext" in request.built_in:
        return ground(text)
    return Step(f"You said: {text[:ECHOED]}\nThis is a short answer. It has no model behind it.")


def _thoughts(step: Step) -> str:
    act = f"call {step.calls[0]['name']}" if step.calls else "answer in a few sentences"
    return f"The user wants something. I will {act}."


def _newest(contents: list[Json]) -> list[Json]:
    """The user contents after the last model content."""
    start = max((index + 1 for index, content in enumerate(contents) if is_model(content)), default=0)
    return contents[start:]


def _user_text(contents: list[Json]) -> str:
    """What the user says there, without the reminders Claude Code adds."""
    texts = [text for content in contents for text in holds(content, "text")]
    said = [REMINDER.sub("", text).strip() for text in texts]
    return "\n".join(text for text in said if text)


def _named(text: str, functions: dict[str, Json]) -> str | None:
    words = set(re.findall(r"[A-Za-z_][\w.:-]*\w|[A-Za-z]", text))
    return next((name for name in functions if name in words and name not in CHANGING), None)


def _asks_for_tool(text: str, functions: dict[str, Json]) -> bool:
    return bool(re.search(r"\btools?\b", text, re.IGNORECASE)) or _named(text, functions) is not None


def _call(text: str, functions: dict[str, Json]) -> Json:
    preferred = next((name for name in PREFERRED if name in functions), None)
    first = next((name for name in functions if name not in CHANGING), next(iter(functions)))
    name = _named(text, functions) or preferred or first
    return {"name": name, "args": _arguments(functions[name])}


def _arguments(declaration: Json) -> Any:
    schema: Json = declaration.get("parametersJsonSchema") or declaration.get("parameters") or {}
    made = example({"type": "object", **schema})
    properties = schema.get("properties", {})
    return {key: _harmless(key, value, properties.get(key, {})) for key, value in made.items()}


def _harmless(key: str, value: Any, schema: Any) -> Any:
    """Swap the generated value of a well-known parameter for a harmless one, if the schema leaves it free."""
    free = isinstance(schema, dict) and schema.keys() <= {"type", "description", "title"}
    return HARMLESS[key] if key in HARMLESS and isinstance(value, str) and free else value


def _instance(request: Request) -> Any:
    config = request.config
    for name in ("responseJsonSchema", "responseSchema"):
        if name in config:
            return example(config[name])
    return {"answer": _user_text(_newest(request.contents))[:ECHOED]}


def _stopped(text: str, request: Request) -> str:
    stops = [text.index(stop) for stop in request.config.get("stopSequences", ()) if stop in text]
    return text[: min(stops)] if stops else text
