"""What Google's protos and the google-genai SDK know of requests and answers, together, as messages."""

import re
import typing
from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any, get_args, get_origin

import google.ai.generativelanguage_v1beta as glm
from google.genai import types
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from pydantic import BaseModel

PREFIX = "google.ai.generativelanguage.v1beta."
_WELL_KNOWN = "google.protobuf."
_KINDS = {1: "float", 2: "float", 3: "int", 5: "int", 8: "bool", 9: "str", 12: "bytes"}
_PYTHON = {str: "str", int: "int", float: "float", bool: "bool", bytes: "bytes", dict: "object"}
_SEEN_ONLY = {"Candidate": {"continuationToken": "str"}, "UsageMetadata": {"serviceTier": "str"}}
"""Fields that were seen in answers (Gemini API contract, response shape)."""


@dataclass
class Field:
    """A field: a scalar kind, "enum", "object" for any JSON object, or "message"; and how it repeats."""

    kind: str
    is_list: bool = False
    message: str = ""
    values: tuple[str, ...] = ()


@dataclass
class Message:
    """A message under the name that the protos give it, or else the SDK's."""

    name: str
    fields: dict[str, Field] = field(default_factory=dict)


def camel(name: str) -> str:
    """The JSON name of a field of the SDK's."""
    head, *rest = name.split("_")
    return head + "".join(word[:1].upper() + word[1:] for word in rest)


class _Walk:
    """Walks protos and the SDK's types side by side."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self._named: dict[str, str] = {}
        self._waiting: deque[tuple[Descriptor | None, type[BaseModel] | None]] = deque()
        self._done: set[Any] = set()

    def from_(self, proto: Descriptor | None, sdk: type[BaseModel] | None) -> dict[str, Message]:
        self._waiting.append((proto, sdk))
        while self._waiting:
            self._message(*self._waiting.popleft())
        return self.messages

    def _name(self, proto: Descriptor | None, sdk: type[BaseModel] | None) -> str:
        if sdk is not None and sdk.__name__ in self._named:
            return self._named[sdk.__name__]
        name = _of_proto(proto) if proto is not None else _short(sdk)
        if sdk is not None:
            self._named[sdk.__name__] = name
        return name

    def _message(self, proto: Descriptor | None, sdk: type[BaseModel] | None) -> None:
        name = self._name(proto, sdk)
        if (proto and proto.full_name, sdk) in self._done:
            return
        self._done.add((proto and proto.full_name, sdk))
        known = self.messages.setdefault(name, Message(name)).fields
        in_proto = {one.json_name: one for one in proto.fields} if proto is not None else {}
        in_sdk = {one.alias or camel(key): one.annotation for key, one in sdk.model_fields.items()} if sdk else {}
        for key in [*in_proto, *(key for key in in_sdk if key not in in_proto)]:
            known.setdefault(key, self._field(in_proto.get(key), in_sdk.get(key)))
        for key, kind in _SEEN_ONLY.get(name, {}).items():
            known.setdefault(key, Field(kind))

    def _field(self, proto: FieldDescriptor | None, annotation: Any) -> Field:
        inner, is_list = _innermost(annotation) if annotation is not None else (None, False)
        if proto is None:
            return self._of_sdk(inner, is_list=is_list)
        values = _values(proto.enum_type, inner)
        if values:
            return Field("enum", proto.is_repeated, values=values)
        message = proto.message_type
        if message is None:
            return Field(_KINDS[proto.type], proto.is_repeated)
        if message.full_name.startswith(_WELL_KNOWN) or message.GetOptions().map_entry:
            return Field("object", proto.is_repeated)
        model = _model(annotation, message.name)
        self._waiting.append((message, model))
        return Field("message", proto.is_repeated, self._name(message, model))

    def _of_sdk(self, inner: Any, *, is_list: bool) -> Field:
        if _is_model(inner):
            self._waiting.append((None, inner))
            return Field("message", is_list, self._name(None, inner))
        values = _values(None, inner)
        return Field("enum", is_list, values=values) if values else Field(_PYTHON.get(inner, "str"), is_list)


def _of_proto(proto: Descriptor) -> str:
    return proto.full_name.removeprefix(PREFIX).removeprefix("GenerateContentResponse.")


def _short(sdk: type[BaseModel] | None) -> str:
    return re.sub(r"^GenerateContentResponse(?=.)", "", sdk.__name__ if sdk else "")


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel) and kind.__module__ == types.__name__


def _model(annotation: Any, name: str) -> type[BaseModel] | None:
    """The SDK's class for a message: the only one that the field takes, else the one of that name."""
    found = set(_models(annotation))
    return found.pop() if len(found) == 1 else getattr(types, name, None)


def _models(annotation: Any) -> list[type[BaseModel]]:
    if _is_model(annotation):
        return [annotation]
    return [one for inner in get_args(annotation) for one in _models(inner)]


def _innermost(annotation: Any) -> tuple[Any, bool]:
    """The type inside optionals, unions and lists, and whether in a list."""
    origin = get_origin(annotation)
    arguments = [one for one in get_args(annotation) if one is not type(None)]
    if origin is typing.Union or str(origin) == "<class 'types.UnionType'>":
        models = [one for one in arguments if _is_model(one)]
        lists = [one for one in arguments if get_origin(one) is list]
        return _innermost((models or lists or arguments)[0])
    if origin is list:
        return _innermost(arguments[0])[0], True
    return (dict, False) if origin is dict else (annotation, False)


def _values(proto: Any, sdk: Any) -> tuple[str, ...]:
    names = [value.name for value in proto.values] if proto is not None else []
    if isinstance(sdk, type) and issubclass(sdk, Enum):
        names += [str(one.value) for one in sdk]
    return tuple(dict.fromkeys(names))


@cache
def answer() -> dict[str, Message]:
    """The messages of an answer; the root is `GenerateContentResponse`."""
    return _Walk().from_(glm.GenerateContentResponse.pb().DESCRIPTOR, types.GenerateContentResponse)


@cache
def request() -> dict[str, Message]:
    """The messages of a request; the root is `GenerateContentRequest`.

    The SDK's one object of settings, GenerateContentConfig, holds members of the request and of its generationConfig.
    """
    walk = _Walk()
    walk.from_(glm.GenerationConfig.pb().DESCRIPTOR, types.GenerationConfig)
    found = walk.from_(glm.GenerateContentRequest.pb().DESCRIPTOR, types.GenerateContentConfig)
    root, settings = found["GenerateContentRequest"], found["GenerationConfig"]
    root.fields = {name: one for name, one in root.fields.items() if name not in settings.fields}
    return found
