"""Writes the simulated service's field table: `python generate_fields.py > .../gemini_server/fields.json`.

The table is a union of three sources, so that it is nobody's fitting of what one client happens to send:
"proto" is google-ai-generativelanguage (v1beta), "sdk" is google-genai's types as far as its converters for
the Gemini Developer API let them through, "contract" are names seen accepted by the live service.
"""

import ast
import inspect
import json
import re
import typing
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import google.ai.generativelanguage_v1beta as glm
from google.genai import batches, caches, models, types
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from pydantic import BaseModel

TABLE = Path(__file__).parents[4] / "core/cgb/testing/gemini_server/fields.json"
PREFIX = "google.ai.generativelanguage.v1beta."
UNSUPPORTED = "This field is not supported in Gemini API"
PROTO_KINDS = {1: "double", 2: "float", 3: "int64", 5: "int32", 8: "bool", 9: "string", 12: "bytes"}
WELL_KNOWN = {
    "google.protobuf.Struct": "struct",
    "google.protobuf.Value": "value",
    "google.protobuf.ListValue": "listvalue",
    "google.protobuf.Duration": "duration",
    "google.protobuf.Timestamp": "timestamp",
}
SDK_KINDS = {str: "string", int: "int32", float: "double", bool: "bool", bytes: "bytes", datetime: "timestamp"}

# Names the live service accepts, by message; the oneof is part of what was seen.
CONTRACT = {
    "GenerateContentRequest": "contents systemInstruction tools toolConfig safetySettings generationConfig "
    "cachedContent serviceTier continuationToken store labels model",
    "Content": "role parts",
    "Part": "text inlineData functionCall functionResponse fileData executableCode codeExecutionResult "
    "toolCall toolResponse thought thoughtSignature partMetadata mediaResolution videoMetadata",
    "FunctionCall": "id name args",
    "FunctionResponse": "id name response parts willContinue scheduling",
    "GenerationConfig": "maxOutputTokens temperature topP topK stopSequences candidateCount seed "
    "responseMimeType responseSchema responseJsonSchema thinkingConfig responseModalities mediaResolution "
    "presencePenalty frequencyPenalty logprobs",
    "ThinkingConfig": "includeThoughts thinkingBudget thinkingLevel",
    "Tool": "functionDeclarations googleSearch urlContext codeExecution fileSearch googleMaps computerUse mcpServers",
    "FunctionDeclaration": "name description parameters parametersJsonSchema response responseJsonSchema behavior",
    "ToolConfig": "functionCallingConfig includeServerSideToolInvocations retrievalConfig",
    "FunctionCallingConfig": "mode allowedFunctionNames",
    "Schema": "type format title description nullable enum items minItems maxItems properties required "
    "minProperties maxProperties minimum maximum minLength maxLength pattern example anyOf propertyOrdering "
    "default",
    "CountTokensRequest": "contents generateContentRequest",
}
CONTRACT_ONEOF = {("Part", "toolCall"): "data", ("Part", "toolResponse"): "data"}
# The SDK has these, the live service was still seen rejecting them in 2026: seen beats written.
CONTRADICTED = {"Schema": {"additionalProperties", "defs", "ref"}}


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


def rejected() -> dict[str, set[str]]:
    """What the SDK's `_X_to_mldev` converters raise on, read from their source."""
    found: dict[str, set[str]] = {}
    for module in (models, batches, caches):
        for function in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(function, ast.FunctionDef) and function.name.endswith("_to_mldev"):
                name = function.name.removeprefix("_").removesuffix("_to_mldev")
                found.setdefault(name, set()).update(_raises(function))
    return found


def _raises(function: ast.FunctionDef) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.If) and any(isinstance(line, ast.Raise) for line in node.body):
            yield from re.findall(r"getv\(from_object, \['(\w+)'\]\)", ast.unparse(node.test))


def converted(function: Any, target: str) -> list[str]:
    """The JSON names a converter sets on `to_object` or `parent_object`."""
    source = inspect.getsource(function)
    return re.findall(rf"setv\(\s*{target},\s*\['(\w+)'\]", source)


REJECTED = rejected()
SdkFields = dict[str, Any]


def sdk_fields(model: type[BaseModel]) -> SdkFields:
    fields = model.model_fields
    no = REJECTED.get(model.__name__, set())
    return {
        info.alias or camel(name): info.annotation
        for name, info in fields.items()
        if name not in no and UNSUPPORTED not in (info.description or "")
    }


def generation_config() -> SdkFields:
    """What the SDK puts into generationConfig: its own message, and what its converter adds."""
    config = {camel(name): info.annotation for name, info in types.GenerateContentConfig.model_fields.items()}
    own = {**sdk_fields(types.GenerationConfig)}
    for name in converted(models._GenerateContentConfig_to_mldev, "to_object"):
        own.setdefault(name, config[name])
    return {name: own[name] for name in own if name not in map(camel, REJECTED["GenerateContentConfig"])}


def request_root() -> SdkFields:
    config = {camel(name): info.annotation for name, info in types.GenerateContentConfig.model_fields.items()}
    root = {name: config[name] for name in converted(models._GenerateContentConfig_to_mldev, "parent_object")}
    return root | {
        "contents": list[types.Content],
        "systemInstruction": types.Content,
        "tools": list[types.Tool],
        "safetySettings": list[types.SafetySetting],
        "toolConfig": types.ToolConfig,
        "generationConfig": types.GenerationConfig,
    }


def fields_of(sdk: Any) -> SdkFields:
    if isinstance(sdk, dict):
        return sdk
    if sdk is types.GenerationConfig:
        return generation_config()
    return sdk_fields(sdk) if sdk else {}


def unwrap(annotation: Any) -> tuple[Any, str]:
    """The innermost type and how it repeats: "" or "list" or "map"."""
    arguments = [item for item in typing.get_args(annotation) if item is not type(None)]
    origin = typing.get_origin(annotation)
    if origin is typing.Union or str(origin) == "<class 'types.UnionType'>":
        return unwrap(arguments[0])
    if origin is list:
        return unwrap(arguments[0])[0], "list"
    if origin is dict:
        return (arguments[1], "map") if arguments[1] is not Any else (dict, "")
    return (str, "") if origin is typing.Literal else (annotation, "")


def sdk_kind(inner: Any) -> str:
    if inner is dict:
        return "struct"
    if isinstance(inner, type) and issubclass(inner, Enum):
        return "enum"
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return "message"
    return SDK_KINDS.get(inner, "value")


class Table:
    """Walks proto and SDK side by side, from the two request messages down."""

    def __init__(self) -> None:
        self.pairs: dict[Any, Descriptor] = {}
        self.reverse: dict[str, Any] = {}
        self.messages: dict[str, dict[str, dict[str, str]]] = {}
        self.enums: dict[str, list[str]] = {}

    def walk(self) -> None:
        for _ in range(2):  # the second walk knows every pair of the first
            self.messages, self.enums = {}, {}
            self.message(glm.GenerateContentRequest.pb().DESCRIPTOR, request_root())
            self.message(glm.CountTokensRequest.pb().DESCRIPTOR, None)

    def message(self, proto: Descriptor | None, sdk: Any) -> str:
        if sdk is not None and not isinstance(sdk, dict):
            proto = proto or self.pairs.get(sdk)
        if proto is not None:
            sdk = sdk or self.reverse.get(proto.full_name)
            self.reverse.setdefault(proto.full_name, sdk)
            if sdk is not None and not isinstance(sdk, dict):
                self.pairs[sdk] = proto
        key = proto.full_name.removeprefix(PREFIX) if proto is not None else sdk.__name__
        if key not in self.messages:
            self.messages[key] = {}
            self.messages[key].update(self.fields(key, proto, sdk))
        return key

    def fields(self, key: str, proto: Descriptor | None, sdk: Any) -> Iterator[tuple[str, dict[str, str]]]:
        in_proto = {field.json_name: field for field in proto.fields} if proto is not None else {}
        in_sdk = fields_of(sdk)
        in_contract = CONTRACT.get(key, "").split()
        for name in sorted({*in_proto, *in_sdk, *in_contract} - CONTRADICTED.get(key, set())):
            entry = self.field(in_proto.get(name), in_sdk.get(name))
            if (key, name) in CONTRACT_ONEOF:
                entry["oneof"] = CONTRACT_ONEOF[key, name]
            sources = {"proto": in_proto, "sdk": in_sdk, "contract": in_contract}
            entry["from"] = " ".join(source for source, names in sources.items() if name in names)
            yield name, entry

    def field(self, proto: FieldDescriptor | None, annotation: Any) -> dict[str, str]:
        inner, repeat = unwrap(annotation)
        entry = {"kind": sdk_kind(inner) if annotation is not None else "", "repeat": repeat}
        if entry["kind"] == "enum" and proto is None:
            entry["type"] = self.enum(None, inner)
        if proto is not None:
            entry |= self.proto_field(proto, inner)
        elif entry["kind"] == "message":
            entry["type"] = self.message(None, inner)
        return {name: value for name, value in entry.items() if value}

    def proto_field(self, proto: FieldDescriptor, inner: Any) -> dict[str, str]:
        message = proto.message_type
        repeat = "list" if proto.is_repeated else ""
        if message is not None and message.GetOptions().map_entry:
            return self.proto_field(message.fields_by_name["value"], inner) | {"repeat": "map"}
        entry = {"repeat": repeat, "oneof": self.oneof(proto)}
        if message is not None and message.full_name in WELL_KNOWN:
            return entry | {"kind": WELL_KNOWN[message.full_name]}
        if message is not None:
            sdk = inner if sdk_kind(inner) == "message" else None
            return entry | {"kind": "message", "type": self.message(message, sdk)}
        if proto.enum_type is not None:
            return entry | {"kind": "enum", "type": self.enum(proto.enum_type, inner)}
        return entry | {"kind": PROTO_KINDS[proto.type]}

    @staticmethod
    def oneof(proto: FieldDescriptor) -> str:
        oneof = proto.containing_oneof
        return oneof.name if oneof is not None and len(oneof.fields) > 1 else ""

    def enum(self, proto: Any, sdk: Any) -> str:
        known = isinstance(sdk, type) and issubclass(sdk, Enum)
        key = proto.full_name.removeprefix(PREFIX) if proto is not None else sdk.__name__
        names = [value.name for value in proto.values] if proto is not None else []
        names += [str(member.value) for member in sdk] if known else []
        self.enums[key] = sorted({*names, *self.enums.get(key, [])})
        return key


def lines(entries: dict[str, Any]) -> str:
    return ",\n".join(f"      {json.dumps(name)}: {json.dumps(entry)}" for name, entry in entries.items())


def generate() -> str:
    """The whole table: one line per field, so that a change of the sources reads as a small diff."""
    table = Table()
    table.walk()
    messages = sorted(table.messages.items())
    enums = ",\n".join(f"    {json.dumps(key)}: {json.dumps(table.enums[key])}" for key in sorted(table.enums))
    body = ",\n".join(f"    {json.dumps(key)}: {{\n{lines(fields)}\n    }}" for key, fields in messages)
    return f'{{\n  "enums": {{\n{enums}\n  }},\n  "messages": {{\n{body}\n  }}\n}}\n'


if __name__ == "__main__":
    TABLE.write_text(generate(), encoding="utf-8")
