"""What a keyword asks for, in as few words as a model understands."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

_SHORT: Final = 160
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_PLAIN: Final = {"type": "{}", "const": "{}", "$ref": "{}", "pattern": "matching {}", "format": "a {}"}


def words(keyword: str, value: Any) -> str:
    """The shortest form: `multiple of 5`, `a needs b`, `not: null`."""
    say = _SAY.get(keyword)
    return say(value) if say else f"{keyword}: {short(value)}"


def short(value: Any) -> str:
    """A value in a few words: a simple schema by its one rule, everything else as JSON, cut where it is long."""
    text = value if isinstance(value, str) else _rule(value) or _json(value)
    return text if len(text) <= _SHORT else f"{text[:_SHORT]}…"


def _rule(schema: Any) -> str:
    """A schema of one keyword."""
    if not isinstance(schema, Mapping) or len(schema) != 1:
        return ""
    [(keyword, value)] = schema.items()
    if keyword == "enum" and isinstance(value, list):
        return "|".join(map(_plain, value))
    if keyword == "required" and isinstance(value, list):
        return f"with {', '.join(map(_plain, value))}"
    return _PLAIN[keyword].format(_plain(value)) if keyword in _PLAIN else ""


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    """JSON, and no more of it than is shown: a schema may be long, and said in many places."""
    text = ""
    for piece in _ENCODER.iterencode(value):
        text += piece
        if len(text) > _SHORT:
            break
    return text


def _needs(value: Any) -> str:
    """`dependentRequired` and its like."""
    if not isinstance(value, Mapping):
        return short(value)
    each = [f"{name} needs {', '.join(map(_plain, need)) if isinstance(need, list) else short(need)}"
            for name, need in value.items()]  # fmt: skip
    return "; ".join(each)


def _if(value: Any) -> str:
    """The three keywords of a condition, collected in a list."""
    return ", ".join(f"{keyword} {short(value[keyword])}" for keyword in ("if", "then", "else") if keyword in value)


def _others(value: Any) -> str:
    if isinstance(value, bool):
        return "any other properties" if value else "no other properties"
    return f"other properties: {short(value)}"


def _examples(value: Any) -> str:
    given = value if isinstance(value, list) else [*value.values()] if isinstance(value, Mapping) else [value]
    return f"e.g. {short(', '.join(map(_plain, given)))}"


_SAY: Final[Mapping[str, Callable[[Any], str]]] = {
    "if": _if,
    "dependentRequired": _needs,
    "dependentSchemas": _needs,
    "dependencies": _needs,
    "additionalProperties": _others,
    "unevaluatedProperties": _others,
    "propertyNames": lambda value: f"names: {short(value)}",
    "exclusiveMinimum": lambda value: f"> {short(value)}",
    "exclusiveMaximum": lambda value: f"< {short(value)}",
    "multipleOf": lambda value: f"multiple of {short(value)}",
    "examples": _examples,
    "example": lambda value: _examples([value]),
    "deprecated": lambda _value: "deprecated",
    "uniqueItems": lambda _value: "no item twice",
}
