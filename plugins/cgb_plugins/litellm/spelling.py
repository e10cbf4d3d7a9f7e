"""Names of parameters that LiteLLM takes for keywords of a schema, spelt so that it does not.

For Gemini it takes each `strict` out of a schema and follows each `$ref`, also where they name a property.
"""

import re
from collections.abc import Callable
from typing import Any

import orjson

_TAKEN = re.compile(r"(\$ref|strict)_*")
_SPELT = re.compile(r"(\$ref|strict)_+")
_VALUES = frozenset({"default", "const", "enum", "example", "examples"})
"""The keywords under which arguments stand, and no schemas."""
_NAMES = frozenset({"required", "propertyOrdering"})


def spelt_schema(schema: Any) -> Any:
    """A schema that declares such names with one `_` more."""
    return _declared(schema) if _mentions(schema) else schema


def spelt(arguments: Any) -> Any:
    """A call's arguments as Gemini's own: such names with one `_` more."""
    return _renamed(arguments, _spell) if _mentions(arguments) else arguments


def meant(arguments: Any) -> Any:
    """Gemini's arguments as the client's: such names with one `_` less."""
    return _renamed(arguments, _mean) if _mentions(arguments) else arguments


def _mentions(value: Any) -> bool:
    """Whether such a name may be in there; hardly anything has one, and its JSON is searched sooner than it."""
    try:
        text = orjson.dumps(value)
    except orjson.JSONEncodeError:  # such as a number of more than 64 bits
        return True
    return b'"strict' in text or b'"$ref' in text


def _declared(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {keyword: _under(keyword, value) for keyword, value in schema.items()}
    return [_declared(one) for one in schema] if isinstance(schema, list) else schema


def _under(keyword: str, value: Any) -> Any:
    if keyword == "properties" and isinstance(value, dict):
        return {_spell(name): _declared(one) for name, one in value.items()}
    if keyword in _NAMES and isinstance(value, list):
        return [_spell(name) if isinstance(name, str) else name for name in value]
    return _renamed(value, _spell) if keyword in _VALUES else _declared(value)


def _spell(name: str) -> str:
    return f"{name}_" if _TAKEN.fullmatch(name) else name


def _mean(name: str) -> str:
    return name[:-1] if _SPELT.fullmatch(name) else name


def _renamed(value: Any, rename: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {rename(name): _renamed(one, rename) for name, one in value.items()}
    return [_renamed(one, rename) for one in value] if isinstance(value, list | tuple) else value
