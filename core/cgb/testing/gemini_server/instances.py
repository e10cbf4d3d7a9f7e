"""Makes a small value that is valid under a schema, in either of the service's two dialects."""

from __future__ import annotations

from typing import Any, TypeAlias
from urllib.parse import unquote

from cgb.testing.gemini_server import numbers, patterns

Schema: TypeAlias = Any
DEEP = 12
FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uri": "https://example.com/",
    "uri-reference": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "json-pointer": "/example",
    "regex": "example",
}
HINTS = {
    "object": ("properties", "required", "additionalProperties", "minProperties", "patternProperties"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}
PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
LARGEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
SMALLEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def example(schema: Schema) -> Any:
    """The smallest value that comes to mind: required properties only, first choices everywhere."""
    return _Maker(schema).make(schema, 0)


class _Maker:
    """Knows the root, to which references point."""

    def __init__(self, root: Schema) -> None:
        self._root = root

    def make(self, schema: Schema, depth: int) -> Any:
        flat = self._flatten(schema, depth)
        if depth > DEEP * 2:
            return None
        if "const" in flat:
            return flat["const"]
        if flat.get("enum"):
            return _first_of_type(flat["enum"], flat)
        return getattr(self, f"_{_type(flat)}", self._string)(flat, depth)

    def _flatten(self, schema: Schema, depth: int, hops: int = 0) -> dict[str, Any]:
        """The schema with its reference, `allOf` and one branch of `anyOf` or `oneOf` merged in."""
        if not isinstance(schema, dict):
            return {}
        flat = {key: value for key, value in schema.items() if key not in {"$ref", "allOf", "anyOf", "oneOf"}}
        if hops > DEEP:
            return flat
        if isinstance(schema.get("$ref"), str):
            flat = _merge(flat, self._flatten(self._resolve(schema["$ref"]), depth, hops + 1))
        for part in schema.get("allOf", ()):
            flat = _merge(flat, self._flatten(part, depth, hops + 1))
        for name in ("anyOf", "oneOf"):
            branches = [branch for branch in schema.get(name, ()) if branch is not False]
            if branches:
                # A recursive type ends in its last branch, which is usually null or a leaf.
                branch = branches[-1 if depth > DEEP else 0]
                flat = _merge(flat, self._flatten(branch, depth, hops + 1))
        return flat

    def _resolve(self, reference: str) -> Schema:
        if reference.startswith("#") and "/" not in reference and reference != "#":
            return _anchored(self._root, reference[1:])
        found = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            key = unquote(step).replace("~1", "/").replace("~0", "~")
            found = found.get(key, {}) if isinstance(found, dict) else {}
        return found

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        names = dict.fromkeys(schema.get("required", ()))
        for name in tuple(names):
            names.update(dict.fromkeys(schema.get("dependentRequired", {}).get(name, ())))
        spare = [*properties, *(f"key{index}" for index in range(int(schema.get("minProperties", 0))))]
        for name in spare:
            if len(names) < int(schema.get("minProperties", 0)):
                names[name] = None
        other = schema.get("additionalProperties", {})
        return {name: self.make(properties.get(name, other), depth + 1) for name in names}

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        prefix, items = schema.get("prefixItems", []), schema.get("items", {})
        if isinstance(items, list):
            prefix, items = items, schema.get("additionalItems", {})
        least = max(int(schema.get("minItems", 0)), 1 if "contains" in schema else 0)
        schemas = [*prefix[:least], *[items] * (least - len(prefix))]
        if "contains" in schema:
            schemas[-1] = _merge(self._flatten(schemas[-1], depth), self._flatten(schema["contains"], depth))
        made = [self.make(item, depth + 1) for item in schemas]
        return self._distinct(made, schemas, depth) if schema.get("uniqueItems") else made

    def _distinct(self, made: list[Any], schemas: list[Schema], depth: int) -> list[Any]:
        choices = [self._flatten(schema, depth).get("enum") for schema in schemas]
        return [
            choice[index] if choice and index < len(choice) else _vary(value, index)
            for index, (value, choice) in enumerate(zip(made, choices, strict=True))
        ]

    @staticmethod
    def _string(schema: dict[str, Any], _depth: int) -> str:
        least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
        text: str = FORMATS.get(str(schema.get("format")), "example")
        if "pattern" in schema:
            text = patterns.match(str(schema["pattern"]), least) or text
        padded = text.ljust(least, "x")
        return padded[: len(padded) if most is None else int(most)]

    @staticmethod
    def _integer(schema: dict[str, Any], _depth: int) -> int:
        return numbers.whole(schema)

    @staticmethod
    def _number(schema: dict[str, Any], _depth: int) -> float | int:
        return numbers.real(schema)

    @staticmethod
    def _boolean(_schema: dict[str, Any], _depth: int) -> bool:
        return False

    @staticmethod
    def _null(_schema: dict[str, Any], _depth: int) -> None:
        return None


def _type(schema: dict[str, Any]) -> str:
    given = schema.get("type", [])
    kinds = [str(kind).lower() for kind in (given if isinstance(given, list) else [given])]
    if kinds:
        return min(kinds, key=lambda kind: kind == "null")
    return next((kind for kind, hints in HINTS.items() if any(hint in schema for hint in hints)), "string")


def _first_of_type(values: list[Any], schema: dict[str, Any]) -> Any:
    wanted = PYTHON.get(_type(schema), (object,)) if "type" in schema else (object,)
    return next((value for value in values if isinstance(value, wanted)), values[0])


def _vary(value: Any, index: int) -> Any:
    if isinstance(value, str):
        return value + str(index) if index else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value + index
    return (not value) if isinstance(value, bool) and index else value


def _anchored(schema: Schema, anchor: str) -> Schema:
    if isinstance(schema, dict):
        if schema.get("$anchor") == anchor:
            return schema
        found = (_anchored(child, anchor) for child in schema.values())
        return next((child for child in found if child), {})
    return {}


def _merge(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    merged = {**other, **one}
    for key in one.keys() & other.keys():
        if key == "properties":
            both = {
                name: [side[key][name] for side in (one, other) if name in side[key]] for name in _names(one, other)
            }
            merged[key] = {name: {"allOf": parts} if len(parts) > 1 else parts[0] for name, parts in both.items()}
        elif key == "required":
            merged[key] = list(dict.fromkeys([*one[key], *other[key]]))
        elif key == "enum":
            merged[key] = [value for value in one[key] if value in other[key]]
        elif key in LARGEST:
            merged[key] = max(one[key], other[key])
        elif key in SMALLEST:
            merged[key] = min(one[key], other[key])
    return merged


def _names(one: dict[str, Any], other: dict[str, Any]) -> dict[str, None]:
    return dict.fromkeys([*one["properties"], *other["properties"]])
