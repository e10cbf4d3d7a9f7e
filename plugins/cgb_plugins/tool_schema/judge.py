"""Whether a value is right by a compiled schema: what decides how arguments are brought back."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeGuard

from .vocabulary import Fields

_LEVELS: Final = 200

_KINDS: Final[Mapping[type, str]] = {
    str: "string",
    bool: "boolean",
    int: "integer",
    list: "array",
    dict: "object",
    type(None): "null",
}


@dataclass(frozen=True, slots=True)
class Judge:
    """A schema in the dialect `gemini-json-schema`, and the document that its references lead into.

    Patterns and formats are not judged: their dialects differ, and nothing is brought back because of them.
    """

    schema: Fields
    root: Fields

    def of(self, schema: Fields) -> "Judge":
        """The same document, another node of it."""
        return Judge(schema, self.root)

    def resolved(self) -> "Judge":
        """The node that this one refers to, if it does."""
        seen = 0
        schema = self.schema
        while "$ref" in schema and seen < _LEVELS:
            schema = self._target(schema["$ref"])
            seen += 1
        return self if schema is self.schema else self.of(schema)

    def accepts(self, value: Any) -> bool:
        """Whether the value keeps every rule of the schema."""
        schema = self.resolved().schema
        return (
            _is_of_type(schema, value)
            and _is_listed(schema, value)
            and _KEEPS.get(kind_of(value), _keeps_nothing)(schema, value)
            and ("anyOf" not in schema or any(self.of(branch).accepts(value) for branch in schema["anyOf"]))
            and self._accepts_inner(schema, value)
        )

    def child(self, name: str) -> "Judge | None":
        """The rules for a member of an object; None where there are none."""
        properties = self.schema.get("properties", {})
        found = properties[name] if name in properties else self.schema.get("additionalProperties")
        return self.of(found) if isinstance(found, dict) else None

    def element(self, index: int) -> "Judge | None":
        """The rules for an element of an array; None where there are none."""
        first = self.schema.get("prefixItems", ())
        found = first[index] if index < len(first) else self.schema.get("items")
        return None if found is None else self.of(found)

    def _accepts_inner(self, schema: Fields, value: Any) -> bool:
        here = self.of(schema)
        if isinstance(value, dict):
            judges = ((here.child(name), member) for name, member in value.items())
        elif isinstance(value, list):
            judges = ((here.element(index), member) for index, member in enumerate(value))
        else:
            return True
        return all(judge is None or judge.accepts(member) for judge, member in judges)

    def _target(self, ref: str) -> Fields:
        found: Fields = self.root if ref == "#" else self.root["$defs"][ref.removeprefix("#/$defs/")]
        return found


def kind_of(value: Any) -> str:
    """JSON Schema's name for the value's type; a number without a fraction is an integer."""
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    return _KINDS.get(type(value), "")


def canonical(value: Any) -> Any:
    """The value in a form that is hashable, and the same for values that JSON Schema calls equal."""
    if isinstance(value, dict):
        return ("object", frozenset((name, canonical(member)) for name, member in value.items()))
    if isinstance(value, list):
        return ("array", tuple(map(canonical, value)))
    return (kind_of(value), value)


def types_of(schema: Fields) -> tuple[str, ...]:
    """The types that a node names, if it names any."""
    given = schema.get("type", ())
    return (given,) if isinstance(given, str) else tuple(given)


def _is_of_type(schema: Fields, value: Any) -> bool:
    types = types_of(schema)
    kind = kind_of(value)
    return not types or kind in types or (kind == "integer" and "number" in types)


def _is_listed(schema: Fields, value: Any) -> bool:
    if "const" in schema and canonical(schema["const"]) != canonical(value):
        return False
    return "enum" not in schema or canonical(value) in map(canonical, schema["enum"])


def _keeps_nothing(_schema: Fields, _value: Any) -> bool:
    return True


def _is_between(schema: Fields, least: str, most: str, count: float) -> bool:
    return bool(schema.get(least, -math.inf) <= count <= schema.get(most, math.inf))


def _number(schema: Fields, value: float) -> bool:
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return (
        _is_between(schema, "minimum", "maximum", value)
        and not (_is_number(above) and value <= above)
        and not (_is_number(below) and value >= below)
    )


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _string(schema: Fields, value: str) -> bool:
    return _is_between(schema, "minLength", "maxLength", len(value))


def _array(schema: Fields, value: list[Any]) -> bool:
    return _is_between(schema, "minItems", "maxItems", len(value))


def _object(schema: Fields, value: dict[str, Any]) -> bool:
    names = schema.get("properties", {})
    is_closed = schema.get("additionalProperties") is False
    return (
        _is_between(schema, "minProperties", "maxProperties", len(value))
        and all(name in value for name in schema.get("required", ()))
        and not (is_closed and any(name not in names for name in value))
    )


_KEEPS: Final[Mapping[str, Callable[[Fields, Any], bool]]] = {
    "string": _string,
    "number": _number,
    "integer": _number,
    "array": _array,
    "object": _object,
}
