"""Settings as people read them: values with their origins, never a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

from cgb.config import variables
from cgb.settings import descriptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.config import Config
    from cgb.settings import Settings

HIDDEN = "**********"
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = (str, bool, int, float, NoneType)


@dataclass(frozen=True, slots=True)
class Setting:
    """A field of a table, what it is set to and by what."""

    name: str
    value: Any
    origin: str
    default: Any
    type: str
    description: str
    variables: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def settings_in(config: Config, table: tuple[str, ...], settings: Settings) -> Iterator[Setting]:
    """The fields of a table that was asked for, such as `("plugin", "gemini")`."""
    texts = descriptions(type(settings))
    for name, info in type(settings).model_fields.items():
        spelt = info.alias or name
        value = shown(getattr(settings, name))
        default = None if info.is_required() else shown(info.get_default(call_default_factory=True, validated_data={}))
        whence, names = origin(config, (*table, spelt)), variables(table[-1], name, info)
        yield Setting(spelt, value, whence, default, type_name(info.annotation), texts.get(name, ""), names)


def origin(config: Config, place: tuple[str, ...]) -> str:
    """Where a value that was asked for came from; of one in the file, its line too."""
    found = config.origins.get(".".join(place), "default")
    return config.at(place[:-1], place[-1:]) if found == config.where else found


def shown(value: Any) -> Any:
    """A value as JSON has it: secrets hidden, tables without what is not set, and all that is foreign as text."""
    match value:
        case SecretStr() | SecretBytes() | Secret():
            return HIDDEN
        case BaseModel():
            fields = {name: info.alias or name for name, info in type(value).model_fields.items()}
            return {fields[name]: shown(getattr(value, name)) for name in fields if name in value.model_fields_set}
        case Mapping():
            return {str(key): shown(one) for key, one in value.items()}
        case list() | tuple() | AbstractSet():
            return [shown(one) for one in value]
    return value if isinstance(value, _PLAIN) else str(value)


def toml(value: Any) -> str:
    """What `shown` gave, as it would stand in cgb.toml."""
    match value:
        case list():
            return f"[{', '.join(map(toml, value))}]"
        case dict():
            pairs = (f"{key if _BARE.fullmatch(key) else json.dumps(key)} = {toml(one)}" for key, one in value.items())
            return f"{{ {', '.join(pairs)} }}" if value else "{}"
    return json.dumps(value, ensure_ascii=False)


def type_name(annotation: Any) -> str:
    """A field's type, in Python's spelling."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return type_name(arguments[0])
    if origin in {Union, UnionType}:
        return " | ".join(map(type_name, arguments))
    if origin is Literal:
        return " | ".join(map(repr, arguments))
    if annotation in {None, NoneType, Ellipsis}:
        return "..." if annotation is Ellipsis else "None"
    if origin is not None:
        return f"{type_name(origin)}[{', '.join(map(type_name, arguments))}]"
    return getattr(annotation, "__name__", str(annotation))
