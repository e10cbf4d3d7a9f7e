"""Any schema as Gemini's `parameters` takes it: the OpenAPI subset (Gemini API contract, schemas)."""

import math
from typing import Final

from .codec import PLACEHOLDER, WRAPPED, Choice, Codec, Elements, JsonText, Members, Nothing, Option, Wrapped
from .draft import Draft, Ledger, say
from .judge import Judge
from .listed import listed, values_in
from .subset import OPEN, Lowered, about, clashing, fitted, kinds_in, rules_in, types_in, with_common, with_default
from .vocabulary import DEPTH, Fields, Path, structured
from .words import words

_LEVELS: Final = 3
_NODES: Final = 2000
"""References are written out up to so many inside each other; fewer where that would be more nodes than these."""


_NESTING: Final = frozenset({"array", "object"})


_UNSAID: Final = frozenset({"type", "$defs"})


class _TooMany(Exception):
    """The references lead to more than a request should hold."""


def openapi(schema: Fields, ledger: Ledger) -> Lowered:
    """A schema of the dialect `gemini-json-schema` as typed nodes without references.

    What the subset cannot type becomes a string that holds JSON; what it cannot ask for goes into descriptions.
    """
    for levels in range(_LEVELS, 0, -1) if "$defs" in schema else ():
        mark = ledger.mark()
        try:
            return _Lowering(schema, ledger, levels, _NODES).root()
        except _TooMany:
            ledger.rewind(mark)
    return _Lowering(schema, ledger, 0, math.inf).root()


class _Lowering:
    """Walks a schema that is well formed already; `inside` are the references being written out round a node."""

    def __init__(self, root: Fields, ledger: Ledger, levels: int, nodes: float) -> None:
        self._root = root
        self._ledger = ledger
        self._levels = levels
        self._left = nodes

    def root(self) -> Lowered:
        """A tool's parameters; those whose names are the caller's choice as one parameter that holds JSON."""
        schema = {key: value for key, value in self._root.items() if key != "$defs"}
        if schema.get("properties"):
            return self._object(Draft(schema, (), self._ledger), 1, ())
        if "properties" in schema or schema.get("additionalProperties", False) is False:
            return Lowered({**self._bare(schema), "type": "object", "properties": {}}, None)
        inner = self._as_json(schema, (), "additionalProperties")
        wrapped = {"type": "object", "properties": {WRAPPED: inner.schema}, "required": [WRAPPED]}
        return Lowered(wrapped, Wrapped(JsonText(self._judge(schema))))

    def node(self, schema: Fields, path: Path, depth: int, inside: tuple[str, ...]) -> Lowered:
        """One node."""
        self._left -= 1
        if self._left < 0:
            raise _TooMany
        if "$ref" in schema:
            return self._inlined(schema, path, depth, inside)
        if "enum" in schema or "const" in schema:
            return self._listed(schema, path)
        types = types_in(schema)
        if depth >= DEPTH and (structured(schema) or not _NESTING.isdisjoint(types)):
            return self._as_json(schema, path, "depth")
        if not types and "anyOf" not in schema:
            return self._as_json(schema, path, "type")
        if not types:
            return self._union(schema["anyOf"], schema, path, depth, inside)
        named = [name for name in types if name != "null"] or ["string"]
        if len(named) > 1:
            return self._union([about(name, schema) for name in types], schema, path, depth, inside)
        fields = {**schema, "type": named[0], **({"nullable": True} if "null" in types else {})}
        return self._typed(Draft(fields, path, self._ledger), depth, inside)

    def _inlined(self, schema: Fields, path: Path, depth: int, inside: tuple[str, ...]) -> Lowered:
        ref = schema["$ref"]
        if ref in inside or len(inside) >= self._levels:
            return self._as_json(schema, path, "$ref")
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        target = self._judge(schema).resolved().schema
        plain = {key: value for key, value in target.items() if key != "$defs"}
        return self.node({**plain, **beside}, path, depth, (*inside, ref))

    def _listed(self, schema: Fields, path: Path) -> Lowered:
        values = [value for value in values_in(schema) if self._judge(rules_in(schema)).accepts(value)]
        found = listed(values)
        if found.codec is not None:
            self._ledger.record(path, "enum", "encoded")
        return Lowered(with_default({**self._bare(schema), **found.schema}, schema, found.codec), found.codec)

    def _union(self, options: list[Fields], schema: Fields, path: Path, depth: int, inside: tuple[str, ...]) -> Lowered:
        """Nothing may stand beside `anyOf`, so its description goes into the alternatives."""
        kept = [option for option in options if option.get("type") != "null"]
        nullable = len(kept) < len(options)
        mark = self._ledger.mark()
        deeper = depth + (len(kept) > 1)
        branches = [
            self.node(option, (*path, "anyOf", str(index)), deeper, inside)
            for index, option in enumerate(kept or [{"type": "string"}])
        ]
        if clashing(branches):
            self._ledger.rewind(mark)
            return self._in_one(options, schema, path)
        schemas = [with_common(branch.schema, schema, nullable=nullable) for branch in branches]
        if len(branches) == 1:
            return Lowered(schemas[0], branches[0].codec)
        return Lowered({"anyOf": schemas}, self._choice(kept, branches))

    def _in_one(self, options: list[Fields], schema: Fields, path: Path) -> Lowered:
        """Alternatives that could not be told apart, in one form: one list of values, or else JSON."""
        judges = [self._judge(option).resolved() for option in options]
        values = [value for judge in judges for value in values_in(judge.schema) if judge.accepts(value)]
        if all(values_in(judge.schema) or judge.schema.get("type") == "null" for judge in judges):
            null = [None] * any(judge.accepts(None) for judge in judges)
            return self._listed({**self._bare(schema), "enum": [*values, *null]}, path)
        return self._as_json(schema, path, "anyOf")

    def _choice(self, options: list[Fields], branches: list[Lowered]) -> Codec | None:
        if all(branch.codec is None for branch in branches):
            return None
        pairs = zip(options, branches, strict=True)
        return Choice(tuple(Option(self._judge(option), low.codec, kinds_in(low.schema)) for option, low in pairs))

    def _typed(self, draft: Draft, depth: int, inside: tuple[str, ...]) -> Lowered:
        match draft.fields["type"]:
            case "object":
                return self._object(draft, depth, inside)
            case "array":
                return self._array(draft, depth, inside)
            case name:
                return Lowered(fitted(draft, name), None)

    def _array(self, draft: Draft, depth: int, inside: tuple[str, ...]) -> Lowered:
        first = draft.fields.pop("prefixItems", [])
        items = draft.fields.get("items")
        path = (*draft.path, "items")
        lows = [self.node(item, path, depth + 1 + bool(first), inside) for item in first]
        has_rest = not first or items is not None or draft.fields.get("maxItems", len(first) + 1) > len(first)
        if has_rest:
            lows.append(self.node(items or {}, path, depth + 1 + bool(first), inside))
        if first:
            draft.weakened("prefixItems")
        different = [
            low.schema for index, low in enumerate(lows) if low.schema not in [one.schema for one in lows[:index]]
        ]
        draft.fields["items"] = {"anyOf": different} if len(different) > 1 else different[0]
        codecs = tuple(low.codec for low in lows)
        is_plain = all(codec is None for codec in codecs)
        codec = None if is_plain else Elements(codecs[: len(first)], codecs[-1] if has_rest else None)
        return Lowered(with_default(fitted(draft, "array"), draft.fields, codec), codec)

    def _object(self, draft: Draft, depth: int, inside: tuple[str, ...]) -> Lowered:
        given = draft.fields.get("properties")
        if not given and draft.fields.get("additionalProperties") is False:
            return self._empty(draft)
        if not given:
            return self._as_json(draft.fields, draft.path, "properties")
        path = (*draft.path, "properties")
        lows = {name: self.node(child, (*path, name), depth + 1, inside) for name, child in given.items()}
        draft.fields["properties"] = {name: low.schema for name, low in lows.items()}
        codecs = {name: low.codec for name, low in lows.items() if low.codec is not None}
        required = [name for name in draft.fields.pop("required", ()) if name in given]
        if required:
            draft.fields["required"] = required
        codec = Members(codecs) if codecs else None
        return Lowered(with_default(fitted(draft, "object"), draft.fields, codec), codec)

    def _empty(self, draft: Draft) -> Lowered:
        """An object must have a property (live 2025, for function parameters)."""
        self._ledger.record(draft.path, "properties", "encoded")
        draft.fields["properties"] = {PLACEHOLDER: {"type": "string", "description": "Leave this out."}}
        for keyword in ("required", "propertyOrdering", "default"):
            draft.fields.pop(keyword, None)
        return Lowered(fitted(draft, "object"), Nothing())

    def _as_json(self, schema: Fields, path: Path, keyword: str) -> Lowered:
        """A string that holds JSON: lossless, and what the subset has for everything that it cannot type."""
        resolved = self._judge(schema).resolved().schema
        codec = JsonText(self._judge(schema))
        kind = next((name for name in types_in(resolved) if name in _NESTING), "")
        draft = Draft({**self._bare(resolved), **self._bare(schema), "type": "string"}, path, self._ledger)
        say(draft.fields, f"[JSON {kind}]" if kind else "[JSON]")
        resolved = {key: value for key, value in resolved.items() if (key, value) != OPEN}
        rules = [words(key, value) for key, value in rules_in(resolved).items() if key not in _UNSAID]
        if rules:
            self._ledger.promise(draft, keyword, f"[{'; '.join(rules)}]", "encoded")
        else:
            self._ledger.record(path, keyword, "encoded")
        return Lowered(with_default(draft.fields, schema, codec), codec)

    def _bare(self, schema: Fields) -> Fields:
        return {key: schema[key] for key in ("title", "description") if key in schema}

    def _judge(self, schema: Fields) -> Judge:
        return Judge(schema, self._root)
