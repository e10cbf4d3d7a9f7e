"""What the OpenAPI subset has: the keywords of each type (Gemini API contract, schemas), and small steps towards it."""

from collections.abc import Mapping
from itertools import combinations
from typing import Final, NamedTuple

from .codec import Codec
from .draft import Draft
from .judge import types_of
from .vocabulary import Fields

_COMMON: Final = frozenset({"type", "title", "description", "default", "nullable"})
_NUMERIC: Final = frozenset({"format", "minimum", "maximum"})
_OWNED: Final[Mapping[str, frozenset[str]]] = {
    "string": frozenset({"format", "pattern", "minLength", "maxLength"}),
    "number": _NUMERIC,
    "integer": _NUMERIC,
    "boolean": frozenset(),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "object": frozenset({"properties", "required", "propertyOrdering", "minProperties", "maxProperties"}),
}
"""Which keywords a type may have: the service refuses them on any other."""

_FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("enum", "date-time"),
    "number": ("float", "double"),
    "integer": ("int32", "int64"),
}
_COUNTED: Final = frozenset({"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "anyOf"})
_TOLD: Final[Mapping[str, frozenset[str]]] = {
    "string": frozenset({"anyOf"}),
    "number": _COUNTED,
    "integer": _COUNTED,
    "boolean": frozenset(),
    "array": frozenset({"uniqueItems", "anyOf"}),
    "object": frozenset({"additionalProperties", "anyOf"}),
}
"""What a type's values are still asked for, in words."""

OPEN: Final = ("additionalProperties", True)
"""What an object is without saying so."""

_IMPLIED: Final = {"properties": "object", "additionalProperties": "object", "items": "array", "prefixItems": "array"}


class Lowered(NamedTuple):
    """A node in the OpenAPI subset, and the form in which its values travel."""

    schema: Fields
    codec: Codec | None


def rules_in(schema: Fields) -> Fields:
    """What a node asks of values, besides being one of those it lists."""
    return {
        key: value for key, value in schema.items() if key not in {"title", "description", "default", "enum", "const"}
    }


def with_default(fields: Fields, schema: Fields, codec: Codec | None) -> Fields:
    """The lowered node with the schema's default, in the form in which values travel."""
    if "default" in schema:
        fields["default"] = schema["default"] if codec is None else codec.encode(schema["default"])
    return fields


def fitted(draft: Draft, name: str) -> Fields:
    """Only keywords that the type may have, each with a value that it may have."""
    fields = draft.fields
    if "format" in fields and fields["format"] not in _FORMATS.get(name, ()):
        draft.tell("format")
    for keyword in [keyword for keyword in fields if keyword not in _COMMON | _OWNED[name]]:
        if keyword in _TOLD[name] and fields[keyword] is not False and (keyword, fields[keyword]) != OPEN:
            draft.tell(keyword)
        else:
            fields.pop(keyword)
    return fields


def types_in(schema: Fields) -> list[str]:
    """The types a node names, or the one that its other keywords speak of.

    JSON Schema lets a node without a type take values of every other type too; no author means that.
    """
    implied = [kind for keyword, kind in _IMPLIED.items() if keyword in schema][:1]
    return [*types_of(schema)] or implied


def kinds_in(schema: Fields) -> frozenset[str]:
    """The types of JSON that a lowered node takes."""
    if "anyOf" in schema:
        return frozenset(kind for branch in schema["anyOf"] for kind in kinds_in(branch))
    also = {"number": {"integer"}, "integer": {"number"}}.get(schema["type"], set())
    return frozenset({schema["type"], *also})


def clashing(branches: list[Lowered]) -> bool:
    """Whether a value could not be told to be of the one alternative or of the other."""
    return any(
        (one.codec or other.codec) and kinds_in(one.schema) & kinds_in(other.schema)
        for one, other in combinations(branches, 2)
    )


def about(name: str, schema: Fields) -> Fields:
    """What the schema says about values of one type."""
    known = _OWNED.get(name, frozenset()) | _TOLD.get(name, frozenset()) - {"anyOf"}
    known |= {"prefixItems"} if name == "array" else set()
    return {**{key: value for key, value in schema.items() if key in known}, "type": name}


def with_common(branch: Fields, schema: Fields, *, nullable: bool) -> Fields:
    """An alternative with what stood beside all of them."""
    if "anyOf" in branch:
        return {**branch, "anyOf": [with_common(each, schema, nullable=nullable) for each in branch["anyOf"]]}
    if nullable:
        branch["nullable"] = True
    if "description" in schema:
        branch.setdefault("description", schema["description"])
    return branch
