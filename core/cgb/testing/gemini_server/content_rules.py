"""Rules on contents and parts, each read alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cgb.testing.gemini_server.catalog import WINDOW
from cgb.testing.gemini_server.tokens import count_prompt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.findings import Findings
    from cgb.testing.gemini_server.request import Request

DATA = (
    "text",
    "inlineData",
    "functionCall",
    "functionResponse",
    "fileData",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
)
NO_DATA = "required oneof field 'data' must have one initialized field"
NO_PARTS = "contents.parts must not be empty."
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:-]{0,63}")
BAD_NAME = (
    "Invalid function name. Must start with a letter or an underscore. Must be alphameric (a-z, A-Z, 0-9), "
    "underscores (_), dots (.), colons (:), or dashes (-), with a maximum length of 64."
)
IMAGES = {"image/png", "image/jpeg", "image/webp", "image/heic", "image/heif"}
MEDIA = re.compile(r"(text|audio|video)/[\w.+-]+|application/pdf")
RESPONSE_MEDIA = {"image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain"}


def check_fields(request: Request, found: Findings) -> None:
    """The rules reported together, as lines with a star."""
    if not request.contents:
        found.field("contents-empty", "contents", "contents is not specified")
    for index, content in enumerate(request.contents):
        _content(content, f"contents[{index}]", found)
    if "systemInstruction" in request.body:
        _system(request.body["systemInstruction"], found)


def _content(content: Json, path: str, found: Findings) -> None:
    if not content.get("parts"):
        found.field("parts-empty", f"{path}.parts", NO_PARTS)
    for index, part in enumerate(content.get("parts", ())):
        _part(part, f"{path}.parts[{index}]", found)


def _part(part: Json, path: str, found: Findings) -> None:
    if not any(name in part for name in DATA) or _empty_text(part):
        found.field("part-empty", f"{path}.data", NO_DATA)
    for name, where in (("functionCall", "function_call"), ("functionResponse", "function_response")):
        if name in part:
            _name(part[name].get("name", ""), f"{path}.{where}.name", found)
    if "functionResponse" in part and "response" not in part["functionResponse"]:
        found.field("response-missing", f"{path}.function_response.response", "missing field.")


def _empty_text(part: Json) -> bool:
    # An empty text is refused (reported live), yet the service itself sends one to carry a signature.
    return part.get("text") == "" and not part.get("thoughtSignature")


def _name(name: str, path: str, found: Findings) -> None:
    if not name:
        found.field("function-name", path, "Name cannot be empty.")
    elif not NAME.fullmatch(name):
        found.field("function-name", path, BAD_NAME)


def check_name(name: str, path: str, found: Findings) -> None:
    """A function's name where it is declared."""
    if not NAME.fullmatch(name):
        found.field("function-name", path, BAD_NAME)


def _system(content: Json, found: Findings) -> None:
    if not content.get("parts"):
        found.field("system-empty", "system_instruction.parts", NO_PARTS)
    for index, part in enumerate(content.get("parts", ())):
        path = f"system_instruction.parts[{index}]"
        if not part.get("text"):
            known = any(name in part for name in DATA if name != "text")
            text = "only text is supported in system_instruction." if known else NO_DATA
            found.field("system-empty", f"{path}.data", text)


def check_meaning(request: Request, found: Findings) -> None:
    """Roles, media types and size."""
    for index, content in enumerate(request.contents):
        if content.get("role", "") not in {"", "user", "model"}:
            found.add("role", f"contents[{index}].role", "Please use a valid role: user, model.")
    for path, _, part in request.parts():
        _media(part, path, found)
        if "functionResponse" in part:
            _response(request, part["functionResponse"], f"{path}.function_response", found)
    tokens = count_prompt(request.body)
    if tokens > WINDOW:
        text = f"The input token count ({tokens}) exceeds the maximum number of tokens allowed ({WINDOW})."
        found.add("too-long", "contents", text)


def _media(part: Json, path: str, found: Findings) -> None:
    mime = part["inlineData"].get("mimeType", "") if "inlineData" in part else "text/plain"
    if mime not in IMAGES and not MEDIA.fullmatch(mime):
        found.add("mime-type", f"{path}.inline_data.mime_type", f"Unsupported MIME type: {mime}")


def _response(request: Request, response: Json, path: str, found: Findings) -> None:
    parts = response.get("parts", ())
    if parts and not request.model.signs:
        text = f"Multimodal function responses are not supported for models/{request.model.name}."
        found.add("response-parts", f"{path}.parts", text)
    for index, part in enumerate(parts):
        mime = part.get("inlineData", {}).get("mimeType", "text/plain")
        if mime not in RESPONSE_MEDIA:
            where = f"{path}.parts[{index}].inline_data.mime_type"
            found.add("mime-type", where, f"Unsupported MIME type: {mime}")
    if request.model.signs:
        _references(response, f"{path}.response", found)


def _references(response: Json, path: str, found: Findings) -> None:
    shown = {part.get("inlineData", {}).get("displayName") for part in response.get("parts", ())}
    for name in refs(response.get("response")):
        if name not in shown:
            text = (
                f"The referenced name `{name}` in function_response.response does not match to a "
                "display_name in the function_response.parts."
            )
            found.add("response-ref", path, text)


def refs(value: Any) -> Iterator[str]:
    """Every value of a `$ref` key at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item
            else:
                yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)
