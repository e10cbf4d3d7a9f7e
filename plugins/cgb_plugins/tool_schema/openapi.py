"""Any schema as Gemini's `parameters` takes it: the OpenAPI subset (Gemini API contract, schemas)."""

from collections.abc import Mapping
from typing import Any, Final

from .compiled import Weakening
from .draft import Draft
from .vocabulary import DEPTH, Fields, Path, structured
from .walker import gemini_json_schema

_INLINED: Final = 200
_NESTED: Final = 3
"""References that one schema may have written out, and how many inside each other."""

_COMMON: Final = frozenset({"type", "title", "description", "default", "nullable"})
_NUMERIC: Final = frozenset({"format", "minimum", "maximum"})
_OWNED: Final[Mapping[str, frozenset[str]]] = {
    "string": frozenset({"format", "enum", "pattern", "minLength", "maxLength"}),
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
_IMPLIED: Final = {"properties": "object", "additionalProperties": "object", "items": "array", "prefixItems": "array"}
_PLACEHOLDER: Final = {"type": "string", "description": "Leave this out and name the properties you need."}
"""An object must have a property (live 2025, for function parameters)."""


def openapi(raw: Any, notes: list[Weakening]) -> Fields:
    """A schema of typed nodes without references; what has no words there goes into descriptions."""
    schema = gemini_json_schema(raw, notes)
    lowering = _Lowering(schema, notes)
    compiled = lowering.node({key: value for key, value in schema.items() if key != "$defs"}, (), 1, ())
    return {**compiled, "properties": {}} if compiled["properties"] == {"_": _PLACEHOLDER} else compiled


class _Lowering:
    """Walks a schema that is well formed already."""

    def __init__(self, schema: Fields, notes: list[Weakening]) -> None:
        self._targets = {f"#/$defs/{name}": target for name, target in schema.get("$defs", {}).items()}
        self._targets["#"] = {key: value for key, value in schema.items() if key != "$defs"}
        self._notes = notes
        self._left = _INLINED

    def node(self, schema: Fields, path: Path, depth: int, inside: tuple[str, ...]) -> Fields:
        """One node; `inside` are the references that are being written out round it."""
        if "$ref" in schema:
            return self._inlined(schema, path, depth, inside)
        draft = Draft(dict(schema), path, self._notes)
        if depth >= DEPTH and structured(schema):
            draft.weakened("depth")
            return {"type": "string", "description": _description(schema, "[JSON]")}
        types = _types(schema)
        if not types and "anyOf" in schema:
            return self._any_of(schema["anyOf"], draft, depth, inside)
        named = [name for name in types if name != "null"] or ["string"]
        if len(named) > 1:
            options = [_only(name, schema) for name in types]
            return self._any_of(options, draft, depth, inside)
        draft.fields |= {"type": named[0], **({"nullable": True} if "null" in types else {})}
        return self._typed(draft, named[0], depth, inside)

    def _inlined(self, schema: Fields, path: Path, depth: int, inside: tuple[str, ...]) -> Fields:
        ref = schema["$ref"]
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        if ref not in inside and len(inside) < _NESTED and self._left > 0:
            self._left -= 1
            return self.node({**self._targets[ref], **beside}, path, depth, (*inside, ref))
        draft = Draft({"type": "object", **beside, "$ref": ref}, path, self._notes)
        draft.tell("$ref")
        return self.node(draft.finished(), path, depth, inside)

    def _any_of(self, options: list[Fields], draft: Draft, depth: int, inside: tuple[str, ...]) -> Fields:
        """Nothing may stand beside `anyOf`, so its description goes into the alternatives."""
        path = (*draft.path, "anyOf")
        kept = [(str(index), option) for index, option in enumerate(options) if option.get("type") != "null"]
        deeper = depth + (len(kept) > 1)
        branches = [
            _described(self.node(option, (*path, index), deeper, inside), draft.fields)
            for index, option in kept or [("0", {"type": "string"})]
        ]
        if len(kept) < len(options):
            branches = [_or_null(branch) for branch in branches]
        return {"anyOf": branches} if len(branches) > 1 else branches[0]

    def _typed(self, draft: Draft, name: str, depth: int, inside: tuple[str, ...]) -> Fields:
        _fit_values(draft, name)
        if name == "array":
            self._array(draft, depth, inside)
        elif name == "object":
            self._object(draft, depth, inside)
        for keyword in [keyword for keyword in draft.fields if keyword not in _COMMON | _OWNED[name]]:
            draft.tell(keyword)
        return draft.finished()

    def _array(self, draft: Draft, depth: int, inside: tuple[str, ...]) -> None:
        fields = draft.fields
        options = [*fields.get("prefixItems", ()), *([fields["items"]] if "items" in fields else [])]
        different = [option for index, option in enumerate(options) if option not in options[:index]]
        items = {"anyOf": different} if len(different) > 1 else {"type": "string"}
        items = different[0] if len(different) == 1 else items
        if depth < DEPTH:
            fields["items"] = self.node(items, (*draft.path, "items"), depth + 1, inside)
        else:
            fields |= {"type": "string", "description": _description(fields, "[JSON array]")}

    def _object(self, draft: Draft, depth: int, inside: tuple[str, ...]) -> None:
        fields = draft.fields
        if depth >= DEPTH:
            fields |= {"type": "string", "description": _description(fields, "[JSON object]")}
            draft.drop("required")
            return
        path = (*draft.path, "properties")
        given = fields.get("properties") or {"_": dict(_PLACEHOLDER)}
        fields["properties"] = {key: self.node(child, (*path, key), depth + 1, inside) for key, child in given.items()}
        if isinstance(fields.get("additionalProperties"), bool):
            draft.drop("additionalProperties")
        required = [key for key in fields.pop("required", ()) if key in given]
        if required:
            fields["required"] = required


def _fit_values(draft: Draft, name: str) -> None:
    """Enumerations of non-empty strings, and the two formats a type knows."""
    fields = draft.fields
    if name == "string" and "enum" in fields:
        words = [value for value in fields["enum"] if isinstance(value, str) and value]
        fields["enum"] = words or fields["enum"]
        if not words:
            draft.tell("enum")
    if "format" in fields and fields["format"] not in _FORMATS.get(name, ()):
        draft.tell("format")


def _types(schema: Fields) -> list[str]:
    """The types a node names, or the one that its other keywords or values speak of."""
    given = schema.get("type", [])
    types = given if isinstance(given, list) else [given]
    implied = [kind for keyword, kind in _IMPLIED.items() if keyword in schema][:1]
    return types or implied or _types_of_values(schema.get("enum", ()))


def _types_of_values(values: Any) -> list[str]:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", type(None): "null"}
    return list(dict.fromkeys(kinds.get(type(value), "string") for value in values))


def _only(name: str, schema: Fields) -> Fields:
    """What the schema says about values of one type."""
    kept = {key: value for key, value in schema.items() if key in _OWNED.get(name, ()) or key == "prefixItems"}
    return {**kept, "type": name}


def _or_null(schema: Fields) -> Fields:
    if "anyOf" in schema:
        return {**schema, "anyOf": [_or_null(branch) for branch in schema["anyOf"]]}
    return {**schema, "nullable": True}


def _described(schema: Fields, by: Fields) -> Fields:
    if "description" not in by or "description" in schema:
        return schema
    if "anyOf" in schema:
        return {**schema, "anyOf": [_described(branch, by) for branch in schema["anyOf"]]}
    return {**schema, "description": by["description"]}


def _description(fields: Fields, words: str) -> str:
    return f"{fields.get('description', '')} {words}".strip()
