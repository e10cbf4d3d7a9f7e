"""What Gemini takes: the keywords of a schema, sorted by what stands under them (Gemini API contract, schemas)."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Fields: TypeAlias = dict[str, Any]
"""One schema node: its keywords and their values."""

Path: TypeAlias = tuple[str, ...]
"""Where a node stands in its document."""

DEPTH: Final = 32
"""Levels of nesting that are safe; the service's own limit is unknown."""

INT64: Final = 2**63

TYPES: Final[Mapping[str, str]] = {
    **{name: name for name in ("string", "number", "integer", "boolean", "array", "object", "null")},
    **dict.fromkeys(("str", "text"), "string"),
    **dict.fromkeys(("int", "long"), "integer"),
    **dict.fromkeys(("float", "double", "decimal"), "number"),
    **dict.fromkeys(("list", "tuple"), "array"),
    **dict.fromkeys(("dict", "map"), "object"),
    "bool": "boolean",
    "none": "null",
}
"""The types, and the names that hand-written schemas give them."""

TEXTS: Final = ("title", "description", "format")
COUNTS: Final = ("minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties")
BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
NAME_MAPS: Final = ("properties", "patternProperties")
"""Their keys are names and no keywords: never judged by what they say."""
LISTS: Final = ("anyOf", "oneOf", "allOf", "prefixItems")
NODES: Final = ("items", "additionalProperties")
CHILDREN: Final = frozenset({*NAME_MAPS, *LISTS, *NODES})
"""The keywords under which schemas stand that are kept."""

REFERENCES: Final = ("$ref", "$dynamicRef", "$recursiveRef")

KEPT: Final = frozenset(
    {
        *TEXTS,
        *COUNTS,
        *BOUNDS,
        *("type", "enum", "const", "default", "pattern", "uniqueItems", "required", "propertyOrdering"),
        *("properties", "items", "additionalProperties", "prefixItems", "anyOf"),
    }
)
"""What the service documents, and what it takes without looking at it."""

ANNOTATIONS: Final = frozenset(
    {"title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly", "$comment"}
)
"""What says nothing about which values are right."""

SILENT: Final = frozenset(
    {"$schema", "$id", "id", "$comment", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary"}
    | {"$defs", "definitions"}
)
"""What speaks to programs that read schemas: nothing is lost without it."""

TOLD: Final = frozenset(
    {
        *("if", "then", "else", "not", "dependentRequired", "dependentSchemas", "dependencies"),
        *("propertyNames", "contains", "minContains", "maxContains", "unevaluatedItems", "unevaluatedProperties"),
        *("contentEncoding", "contentMediaType", "contentSchema", "examples", "example", "deprecated"),
    }
)
"""What Gemini has no keyword for and a model should still know: moved into the description."""

KEYWORDS: Final = KEPT | ANNOTATIONS | TOLD | CHILDREN | {*REFERENCES, "$schema", "$id", "$defs", "definitions"}


def structured(node: Any) -> bool:
    """Whether other schemas stand inside this one."""
    return isinstance(node, Mapping) and not CHILDREN.isdisjoint(node)
