"""Several schemas for one value, as one: `allOf`, what stands beside a `$ref`, a root with alternatives."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from .narrow import narrowed
from .references import Document, by_reference, reference_in
from .repair import as_schema
from .vocabulary import ANNOTATIONS, CHILDREN, REFERENCES, Fields, Path, structured

_LEVELS: Final = 32
_LOOK_UPS: Final = 256
"""References a root's alternatives may look up together: enough for any real tool, and no explosion."""

_REST: Final = {"prefixItems": "items", "items": "additionalItems"}
_PLAIN_ENUM: Final = frozenset({"enum", "const", "type", "title"})
_COMBINED: Final = frozenset({"allOf", *REFERENCES})
_BESIDE_A_REFERENCE: Final = ANNOTATIONS | _COMBINED | {"nullable"}


class Combiner:
    """Combines the schemas of one document; what could not be combined is in `lost`."""

    def __init__(self, document: Document) -> None:
        self.lost: list[str] = []
        self._document = document
        self._left = _LOOK_UPS

    def folded(self, node: Fields) -> Fields:
        """The node without `allOf`; a reference stays one where nothing structured stands beside it."""
        if alias := _alias(node):
            return alias
        if "allOf" in node or (reference_in(node) is not None and not CHILDREN.isdisjoint(node)):
            return self._joined(node, None, set(), _LEVELS)
        return node

    def root(self, node: Fields) -> Fields:
        """A tool's root as one object: alternatives become properties, required where every one requires them.

        Takes a call to name declared properties only, so a property of one alternative is described as there.
        """
        return self._object(self._rooted(node), _LEVELS)

    def _rooted(self, node: Fields) -> Fields:
        seen: set[Path] = set()
        while (ref := reference_in(node)) is not None:
            found = self._document.find(ref)
            node = _without(node, REFERENCES)
            if found is not None and found[0] not in seen:
                seen.add(found[0])
                node = self._both(node, found[1])
        return node

    def _object(self, node: Fields, levels: int) -> Fields:
        joined = self._joined(node, None, set(), levels)
        for keyword in ("anyOf", "oneOf"):
            if isinstance(joined.get(keyword), list):
                joined = self._alternatives(joined, keyword, levels)
        return joined

    def _alternatives(self, node: Fields, keyword: str, levels: int) -> Fields:
        rest = _without(node, (keyword,))
        options = [as_schema(option) for option in node[keyword] if _may_be_object(option)]
        self._left -= len(options)
        if not options or levels <= 0 or self._left < 0:
            return rest
        branches = [self._object(option, levels - 1) for option in options]
        self.lost.append(keyword)
        merged = self._both(rest, _either(branches, _names(rest)))
        return {**merged, **_needs(branches, merged)}

    def _joined(self, node: Fields, path: Path | None, seen: set[Path], levels: int) -> Fields:
        own = _without(node, _COMBINED)
        joined = own if path is None else by_reference(own, path)
        for part, where in self._parts(node, path, seen) if levels > 0 else ():
            joined = self._both(joined, self._joined(part, where, seen, levels - 1))
        return joined

    def _parts(self, node: Fields, path: Path | None, seen: set[Path]) -> Iterator[tuple[Fields, Path | None]]:
        found = self._document.find(reference_in(node))
        if found is not None and found[0] not in seen:
            seen.add(found[0])
            yield found[1], found[0]
        parts = node.get("allOf")
        for index, part in enumerate(parts if isinstance(parts, list) else ()):
            yield as_schema(part), None if path is None else (*path, "allOf", str(index))

    def _both(self, first: Fields, second: Fields) -> Fields:
        """What holds of a value that both are right about; where they clash, the first is kept."""
        both = {**second, **first}
        for keyword in first:
            if keyword not in second or first[keyword] == second[keyword]:
                continue
            self._settle(both, keyword, first, second)
        return both

    def _settle(self, both: Fields, keyword: str, first: Fields, second: Fields) -> None:
        one, other = first[keyword], second[keyword]
        if keyword == "properties" and isinstance(one, Mapping) and isinstance(other, Mapping):
            shared = {name: self._property(one[name], other[name]) for name in one if name in other}
            both[keyword] = {**one, **other, **shared}
        elif keyword == "required" and isinstance(one, list) and isinstance(other, list):
            both[keyword] = [*one, *(name for name in other if name not in one)]
        elif (narrower := narrowed(keyword, one, other)) is not None:
            both[keyword] = narrower
        elif keyword not in ANNOTATIONS:
            self.lost.append(keyword)
            self._forget_rest(both, keyword, first)

    def _property(self, one: Any, other: Any) -> Any:
        if not isinstance(one, Mapping) or not isinstance(other, Mapping):
            return one if isinstance(one, Mapping) else other
        if not _COMBINED.isdisjoint(one) or not _COMBINED.isdisjoint(other):
            kept = other if structured(one) < structured(other) or reference_in(other) else one
            return {**kept, **{key: one[key] for key in one if key in ANNOTATIONS}}
        return self._both(dict(one), dict(other))

    def _forget_rest(self, both: Fields, keyword: str, first: Fields) -> None:
        """A rule for the items after a list of items makes sense beside that list only."""
        rest = _REST.get(keyword)
        if rest is not None and rest not in first:
            both.pop(rest, None)


def _alias(node: Fields) -> Fields | None:
    """`allOf` of a single reference, as pydantic 1 writes a reference with a description."""
    parts = node.get("allOf")
    if not isinstance(parts, list) or len(parts) != 1 or not isinstance(parts[0], Mapping):
        return None
    own = _without(node, ("allOf",))
    is_plain = reference_in(parts[0]) is not None and not (node.keys() | parts[0].keys()) - _BESIDE_A_REFERENCE
    return {**parts[0], **own} if is_plain else None


def _either(branches: list[Fields], known: Iterable[str]) -> Fields:
    """What holds of an object that at least one branch is right about."""
    maps = [branch["properties"] for branch in branches if isinstance(branch.get("properties"), Mapping)]
    names = dict.fromkeys(name for properties in maps for name in properties)
    told = [name for name in names if name not in known or sum(name in each for each in maps) == len(branches)]
    either: Fields = {}
    if told:
        either["properties"] = {name: _any_of([each[name] for each in maps if name in each]) for name in told}
    if required := _required_by_all(branches):
        either["required"] = required
    if all(branch.get("additionalProperties") is False for branch in branches):
        either["additionalProperties"] = False
    return either


def _any_of(schemas: list[Any]) -> Any:
    different = [schema for index, schema in enumerate(schemas) if schema not in schemas[:index]]
    if len(different) == 1:
        return different[0]
    values = [value for schema in different for value in _plain_values(schema)]
    types = [schema.get("type") for schema in different if isinstance(schema, Mapping)]
    if values and all(_plain_values(schema) for schema in different) and types == types[:1] * len(types):
        return {**({"type": types[0]} if types[0] else {}), "enum": values}
    return {"anyOf": different}


def _plain_values(schema: Any) -> list[Any]:
    if not isinstance(schema, Mapping) or schema.keys() - _PLAIN_ENUM:
        return []
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    return values if isinstance(values, list) else []


def _required_by_all(branches: list[Fields]) -> list[str]:
    return [name for name in _required(branches[0]) if all(name in _required(branch) for branch in branches)]


def _required(node: Fields) -> list[str]:
    given = node.get("required")
    return [name for name in given if isinstance(name, str)] if isinstance(given, list) else []


def _needs(branches: list[Fields], merged: Fields) -> Fields:
    """What a call needs besides what is required anyway, in words."""
    common = merged.get("required", ())
    needs = [", ".join(name for name in _required(branch) if name not in common) for branch in branches]
    words = f"[Needs one of: {' | '.join(dict.fromkeys(needs))}]"
    return {"description": f"{merged.get('description', '')} {words}".strip()} if all(needs) else {}


def _names(node: Fields) -> Iterable[str]:
    properties = node.get("properties")
    return properties if isinstance(properties, Mapping) else ()


def _may_be_object(option: Any) -> bool:
    kind = option.get("type", "object") if isinstance(option, Mapping) else "object"
    return option is not False and (not isinstance(kind, str | list) or "object" in kind)


def _without(node: Mapping[str, Any], keywords: Iterable[str]) -> Fields:
    return {key: value for key, value in node.items() if key not in keywords}
