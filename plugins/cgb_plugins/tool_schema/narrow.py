"""Two rules of the same keyword as the one that both together come to."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from .judge import canonical

_LOWEST: Final = ("minimum", "exclusiveMinimum", "minItems", "minLength", "minProperties", "minContains")
_HIGHEST: Final = ("maximum", "exclusiveMaximum", "maxItems", "maxLength", "maxProperties", "maxContains")
_TIGHTER: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    **dict.fromkeys(_LOWEST, max),
    **dict.fromkeys(_HIGHEST, min),
}


def narrowed(keyword: str, one: Any, other: Any) -> Any:
    """The stricter rule, if one keyword can state it; None otherwise."""
    if keyword in _TIGHTER and _is_number(one) and _is_number(other):
        return _TIGHTER[keyword](one, other)
    if keyword == "type":
        return _types(one, other)
    if keyword == "enum" and isinstance(one, list) and isinstance(other, list):
        known = {canonical(value) for value in other}
        return [value for value in one if canonical(value) in known] or None
    if keyword == "uniqueItems":
        return one is True or other is True
    return None


def _types(one: Any, other: Any) -> Any:
    """The types of both; every integer is a number too."""
    first, second = _names(one), _names(other)
    shared = [name for name in first if name in second]
    if ("integer" in first and "number" in second) or ("number" in first and "integer" in second):
        shared = [name for name in shared if name not in {"number", "integer"}] + ["integer"]
    return None if not shared else shared[0] if len(shared) == 1 else shared


def _names(given: Any) -> list[str]:
    names = given if isinstance(given, list) else [given]
    return [name for name in names if isinstance(name, str)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
