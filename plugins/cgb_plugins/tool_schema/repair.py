"""One node, put right: every keyword says something well formed, in the one form that Gemini reads."""

import math
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeGuard

from .draft import Draft
from .patterns import readable
from .vocabulary import BOUNDS, COUNTS, INT64, KEPT, KEYWORDS, TEXTS, TOLD, TYPES, Fields

_MAPS: Final = {"properties", "$defs", "definitions"}


def as_schema(raw: Any) -> Fields:
    """Whatever stands where a schema should, as one: `true`, `"string"`, `{"value": "object"}` (seen in MCP tools)."""
    if isinstance(raw, Mapping):
        bare = raw["value"] if raw.keys() == {"value"} else None
        return as_schema(bare) if isinstance(bare, str) else dict(raw)
    if isinstance(raw, str):
        return {"type": raw} if raw.lower() in TYPES else {"description": raw}
    if isinstance(raw, list) and all(isinstance(name, str) and name in TYPES for name in raw):
        return {"type": raw}
    return {}


def as_root(raw: Any) -> Fields:
    """A tool's schema; some MCP tools send the bare map of properties."""
    root = as_schema(raw)
    foreign = [key for key in root if key not in KEYWORDS and not key.startswith("x-")]
    is_bare = foreign and not root.keys() & _MAPS and all(isinstance(value, Mapping) for value in root.values())
    return {"type": "object", "properties": root} if is_bare else root


def repair(draft: Draft) -> None:
    """Put every keyword of a node right, and drop those that Gemini does not take."""
    for step in _STEPS:
        step(draft)
    for keyword in [keyword for keyword in draft.fields if keyword not in KEPT]:
        if keyword in TOLD:
            draft.tell(keyword)
        else:
            draft.drop(keyword)


def _texts(draft: Draft) -> None:
    for keyword in TEXTS:
        if not isinstance(draft.fields.get(keyword), str):
            draft.drop(keyword)


def _type(draft: Draft) -> None:
    given = draft.fields.get("type")
    names = given if isinstance(given, list) else [given]
    known = [TYPES.get(name.lower()) if isinstance(name, str) else None for name in names]
    types = list(dict.fromkeys(name for name in known if name))
    if types and None not in known:
        draft.fields["type"] = types if len(types) > 1 else types[0]
    elif given and isinstance(given, str | list | Mapping):
        draft.tell("type")
    else:
        draft.drop("type")


def _choices(draft: Draft) -> None:
    """`oneOf` means `anyOf` to Gemini; saying so keeps it true when a branch has to be weakened."""
    fields = draft.fields
    for keyword in [keyword for keyword in ("anyOf", "oneOf") if keyword in fields]:
        given = fields[keyword]
        branches = [branch for branch in given if branch is not False] if isinstance(given, list) else []
        fields[keyword] = branches
        if not branches or any(branch is True for branch in branches):
            draft.drop(keyword)
    if "oneOf" in fields and "anyOf" in fields:
        draft.tell("oneOf")
    elif "oneOf" in fields:
        fields["anyOf"] = fields.pop("oneOf")


def _values(draft: Draft) -> None:
    fields = draft.fields
    if isinstance(fields.get("enum"), str | int | float):
        fields["enum"] = [fields["enum"]]
    if not isinstance(fields.get("enum"), list) or not fields["enum"]:
        draft.drop("enum")
    const = fields.get("const")
    if isinstance(const, str | int | float) and not isinstance(const, bool):
        fields["enum"] = [fields.pop("const")]


def _nullable(draft: Draft) -> None:
    """OpenAPI's way of saying that null will do."""
    fields = draft.fields
    if fields.pop("nullable", None) is not True:
        return
    if "const" in fields:
        fields["enum"] = [fields.pop("const")]
    if "enum" in fields and None not in fields["enum"]:
        fields["enum"] = [*fields["enum"], None]
    if "anyOf" in fields and {"type": "null"} not in fields["anyOf"]:
        fields["anyOf"] = [*fields["anyOf"], {"type": "null"}]
    types = _types(fields)
    if types and "null" not in types:
        fields["type"] = [*types, "null"]


def _types(fields: Fields) -> list[str]:
    given = fields.get("type", [])
    return given if isinstance(given, list) else [given]


def _bounds(draft: Draft) -> None:
    fields = draft.fields
    for side in ("minimum", "maximum"):
        exclusive = f"exclusive{side.capitalize()}"
        if fields.get(exclusive) is True and _is_bound(fields.get(side)):
            fields[exclusive] = fields[side]
        if _is_bound(fields.get(exclusive)) and not _is_bound(fields.get(side)):
            fields[side] = fields[exclusive]
    for keyword in BOUNDS:
        if not _is_bound(fields.get(keyword)) or (keyword == "multipleOf" and fields[keyword] <= 0):
            draft.drop(keyword)


def _is_bound(value: Any) -> TypeGuard[int | float]:
    """Whether the service can hold it: `Number.MAX_VALUE` and the like come from schema generators."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -INT64 <= value < INT64


def _counts(draft: Draft) -> None:
    for keyword in COUNTS:
        count = draft.fields.get(keyword)
        if _is_bound(count) and count == math.trunc(count) and count >= 0:
            draft.fields[keyword] = int(count)
        else:
            draft.drop(keyword)
    if not isinstance(draft.fields.get("uniqueItems"), bool):
        draft.drop("uniqueItems")


def _pattern(draft: Draft) -> None:
    pattern = draft.fields.get("pattern")
    if not isinstance(pattern, str):
        draft.drop("pattern")
    elif not readable(pattern):
        draft.tell("pattern")


def _items(draft: Draft) -> None:
    """Tuples as JSON Schema 2020-12 writes them, and no booleans."""
    fields = draft.fields
    rest = fields.pop("additionalItems", True)
    if isinstance(fields.get("items"), list):
        fields["prefixItems"] = fields["items"]
        fields["items"] = rest if isinstance(rest, bool) else as_schema(rest)
    if not isinstance(fields.get("prefixItems"), list) or not fields["prefixItems"]:
        draft.drop("prefixItems")
    if fields.get("items") is False:
        longest = len(fields.get("prefixItems", ()))
        fields["maxItems"] = min(fields.get("maxItems", longest), longest)
    if fields.get("items") is None or isinstance(fields["items"], bool):
        fields.pop("items", None)


def _properties(draft: Draft) -> None:
    given = draft.fields.get("properties")
    if isinstance(given, Mapping):
        draft.fields["properties"] = {name: child for name, child in given.items() if child is not False}
    elif "properties" in draft.fields:
        draft.tell("properties")


def _required(draft: Draft) -> None:
    """Names of properties that there are; `required: true` on a property is how drafts up to 3 said it."""
    fields = draft.fields
    properties = fields.get("properties", {})
    given = fields.get("required")
    names = [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
    names += [name for name, child in properties.items() if _says_required(child)]
    if fields.get("type") == "object":
        names = [name for name in names if name in properties]
    if names or given == []:
        fields["required"] = list(dict.fromkeys(names))
    else:
        draft.drop("required")


def _says_required(child: Any) -> bool:
    return isinstance(child, Mapping) and child.get("required") is True


def _other_properties(draft: Draft) -> None:
    """What Gemini knows is `additionalProperties`: patterns of names become alternatives of it."""
    fields = draft.fields
    if not isinstance(fields.get("additionalProperties", True), bool | Mapping | str):
        draft.drop("additionalProperties")
    patterns = fields.get("patternProperties")
    if not isinstance(patterns, Mapping) or not patterns:
        return
    draft.tell("patternProperties")
    rest = fields.pop("additionalProperties", True)
    if rest is True:
        return
    choices = [as_schema(child) for child in (*patterns.values(), rest) if child is not False]
    fields["additionalProperties"] = {"anyOf": choices} if len(choices) > 1 else choices[0] if choices else False


def _condition(draft: Draft) -> None:
    """`if`, `then` and `else` are one rule; without an `if` the others say nothing."""
    given = {keyword: draft.fields.pop(keyword) for keyword in ("if", "then", "else") if keyword in draft.fields}
    if "if" in given and len(given) > 1:
        draft.fields["if"] = given


def _examples(draft: Draft) -> None:
    """What tells the model something; `deprecated: false` does not."""
    fields = draft.fields
    if fields.get("deprecated") is not True:
        fields.pop("deprecated", None)
    for keyword in ("examples", "example"):
        if fields.get(keyword) in (None, [], {}, ""):
            fields.pop(keyword, None)


def _ordering(draft: Draft) -> None:
    order = draft.fields.get("propertyOrdering")
    if not isinstance(order, list) or not all(isinstance(name, str) for name in order):
        draft.drop("propertyOrdering")


_STEPS: Final[tuple[Callable[[Draft], None], ...]] = (
    _texts,
    _type,
    _choices,
    _values,
    _nullable,
    _bounds,
    _counts,
    _pattern,
    _items,
    _properties,
    _required,
    _other_properties,
    _condition,
    _examples,
    _ordering,
)
