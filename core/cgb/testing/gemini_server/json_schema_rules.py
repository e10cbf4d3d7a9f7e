"""Rules on the JSON Schema dialect: `parametersJsonSchema`, `responseJsonSchema`.

Keywords the service does not know are ignored, so only the documented ones are looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.findings import Findings

DEPTH = 32
ROOT = "top-level"
BESIDE_REF = {"$ref", "description", "default"}
MAPS = ("properties", "$defs")
LISTS = ("anyOf", "oneOf", "prefixItems")
NODES = ("items", "additionalProperties")
SHAPES: dict[str, tuple[tuple[type, ...], str]] = {
    "properties": ((dict,), "an object"),
    "$defs": ((dict,), "an object"),
    "items": ((dict, bool), "an object"),
    "additionalProperties": ((dict, bool), "an object"),
    "anyOf": ((list,), "an array"),
    "oneOf": ((list,), "an array"),
    "prefixItems": ((list,), "an array"),
    "required": ((list,), "an array"),
    "enum": ((list,), "an array"),
    "propertyOrdering": ((list,), "an array"),
    "description": ((str,), "a string"),
    "title": ((str,), "a string"),
    "$ref": ((str,), "a string"),
}


def check(schema: Any, path: str, found: Findings) -> None:
    """One schema from its root."""
    if not isinstance(schema, dict):
        found.add("json-schema-root", path, f"value at {ROOT} must be an object")
    elif path.endswith("parameters_json_schema") and schema.get("type") != "object":
        found.add("json-schema-root", path, f"schema at {ROOT} must be of type object")
    else:
        _Walk(schema, path, found).node(schema, (), 1)


class _Walk:
    """Visits every subschema, knowing what the root defines."""

    def __init__(self, root: Json, path: str, found: Findings) -> None:
        self._path = path
        self._found = found
        self._deep = False
        definitions = root.get("$defs")
        names = definitions if isinstance(definitions, dict) else {}
        self._targets = {"#", *(f"#/$defs/{_escaped(name)}" for name in names)}
        self._targets.update(f"#{anchor}" for anchor in _anchors(root))

    def node(self, schema: Any, at: tuple[str, ...], depth: int) -> None:
        if isinstance(schema, bool):
            return
        if not isinstance(schema, dict):
            self._add("json-schema-shape", f"value at {_shown(at)} must be an object")
        elif depth > DEPTH:
            self._too_deep()
        else:
            self._shapes(schema, at)
            self._reference(schema, at)
            for name, child in _children(schema):
                self.node(child, (*at, *name), depth + 1)

    def _too_deep(self) -> None:
        if not self._deep:
            self._add("json-schema-depth", "A schema in the request exceeds the maximum allowed nesting depth.")
        self._deep = True

    def _shapes(self, schema: Json, at: tuple[str, ...]) -> None:
        for name, (shape, words) in SHAPES.items():
            if name in schema and not isinstance(schema[name], shape):
                self._add("json-schema-shape", f"value for {name} at {_shown(at)} must be {words}")

    def _reference(self, schema: Json, at: tuple[str, ...]) -> None:
        target = schema.get("$ref")
        if not isinstance(target, str):
            return
        if schema.keys() - BESIDE_REF:
            text = (
                f"$ref '{target}' was set alongside unsupported fields. If a schema node has $ref set, then "
                "only description and default can be set alongside it"
            )
            self._add("json-schema-ref-siblings", text)
        if unquote(target) not in self._targets:
            self._add("json-schema-ref", f"reference to undefined schema at {_shown(at)}")

    def _add(self, rule: str, text: str) -> None:
        self._found.add(rule, self._path, text)


def _escaped(name: str) -> str:
    """A name in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _shown(at: tuple[str, ...]) -> str:
    return ".".join(at) or ROOT


def _children(schema: Json) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in MAPS:
        if isinstance(schema.get(name), dict):
            yield from (((name, key), child) for key, child in schema[name].items())
    for name in LISTS:
        if isinstance(schema.get(name), list):
            yield from (((name, str(index)), child) for index, child in enumerate(schema[name]))
    for name in NODES:
        if isinstance(schema.get(name), dict):
            yield (name,), schema[name]


def _anchors(schema: Json, depth: int = 1) -> Iterator[str]:
    if isinstance(schema.get("$anchor"), str):
        yield schema["$anchor"]
    for _, child in _children(schema):
        if isinstance(child, dict) and depth < DEPTH:
            yield from _anchors(child, depth + 1)
