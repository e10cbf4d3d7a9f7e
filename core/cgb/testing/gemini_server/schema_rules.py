"""Rules on the `Schema` message: `parameters`, `response` and `responseSchema`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.findings import Findings

DEPTH = 32
UNTYPED = "must be specified when not using one_of, any_of or all_of fields"
FORMATS = {
    "STRING": ("enum", "date-time"),
    "NUMBER": ("float", "double"),
    "INTEGER": ("int32", "int64"),
}
# Which type a field belongs to, by the name the service prints.
OWNERS = {
    "items": ("items", "ARRAY"),
    "minItems": ("min_items", "ARRAY"),
    "maxItems": ("max_items", "ARRAY"),
    "properties": ("properties", "OBJECT"),
    "required": ("required", "OBJECT"),
}


def check(schema: Json, path: str, found: Findings, *, root: str = "") -> None:
    """One schema from its root; `root` is the type it must have."""
    if root and schema.get("type") != root:
        found.field("schema-root", path, f"schema should be of type {root}")
    _node(schema, path, 1, found)


def _node(schema: Json, path: str, depth: int, found: Findings) -> None:
    if depth > DEPTH:
        found.add("schema-depth", path, "A schema in the request exceeds the maximum allowed nesting depth.")
        return
    kind = schema.get("type", "TYPE_UNSPECIFIED")
    if kind == "TYPE_UNSPECIFIED":
        if not schema.get("anyOf"):
            found.field("schema-type", f"{path}.type", UNTYPED)
    else:
        _owned(schema, kind, path, found)
        _required_shape(schema, kind, path, found)
    _enum(schema, kind, path, found)
    _format(schema, kind, path, found)
    _children(schema, path, depth, found)


def _owned(schema: Json, kind: str, path: str, found: Findings) -> None:
    for name, (shown, owner) in OWNERS.items():
        if schema.get(name) and kind != owner:
            texts = {
                "ARRAY": "field predicate failed: $type == Type.ARRAY",
                "OBJECT": "only allowed for OBJECT type",
            }
            found.field("schema-owner", f"{path}.{shown}", texts[owner])


def _required_shape(schema: Json, kind: str, path: str, found: Findings) -> None:
    if kind == "ARRAY" and "items" not in schema:
        found.field("schema-items", f"{path}.items", "missing field.")
    if kind != "OBJECT":
        return
    properties = schema.get("properties")
    if not properties:
        found.field("schema-properties", f"{path}.properties", "should be non-empty for OBJECT type")
    for index, name in enumerate(schema.get("required", ())):
        if name not in (properties or {}):
            found.field("schema-required", f"{path}.required[{index}]", "property is not defined")


def _enum(schema: Json, kind: str, path: str, found: Findings) -> None:
    if schema.get("enum") and kind != "STRING":
        found.field("schema-enum", f"{path}.enum", "only allowed for STRING type")
    for index, value in enumerate(schema.get("enum", ())):
        if not value:
            found.field("schema-enum", f"{path}.enum[{index}]", "cannot be empty")


def _format(schema: Json, kind: str, path: str, found: Findings) -> None:
    given = schema.get("format")
    if given and kind in FORMATS and given not in FORMATS[kind]:
        first, second = FORMATS[kind]
        text = f"only '{first}' and '{second}' are supported for {kind} type"
        found.field("schema-format", f"{path}.format", text)


def _children(schema: Json, path: str, depth: int, found: Findings) -> None:
    if "items" in schema:
        _node(schema["items"], f"{path}.items", depth + 1, found)
    for name, child in schema.get("properties", {}).items():
        _node(child, f"{path}.properties[{name}]", depth + 1, found)
    for index, child in enumerate(schema.get("anyOf", ())):
        _node(child, f"{path}.any_of[{index}]", depth + 1, found)
