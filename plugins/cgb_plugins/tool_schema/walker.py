"""Any schema as Gemini's `parametersJsonSchema` takes it (Gemini API contract, schemas)."""

from typing import Any

from .combine import Combiner
from .compiled import Uncompilable
from .draft import Draft, Ledger
from .references import Document, reference_in
from .repair import as_root, as_schema, repair
from .vocabulary import ANNOTATIONS, CHILDREN, DEPTH, KEPT, REFERENCES, TYPES, Fields, Path


def gemini_json_schema(raw: Any, ledger: Ledger) -> Fields:
    """A tool's parameters: an object schema whose every node the service takes, its definitions in `$defs`.

    Raises:
        Uncompilable: no object can be right by it, and a call's input is always one.
    """
    return _Walker(as_root(raw), ledger).parameters()


def gemini_answer_schema(raw: Any, ledger: Ledger) -> Fields:
    """The same for the form of an answer, which may be of any type."""
    return _Walker(as_schema(raw), ledger).answer()


class _Walker:
    """Walks one document from its root, and then whatever its references lead to."""

    def __init__(self, root: Fields, ledger: Ledger) -> None:
        self._document = Document(root)
        self._combiner = Combiner(self._document)
        self._ledger = ledger
        self._ends: dict[Path, bool] = {}

    def parameters(self) -> Fields:
        """The root of a tool's schema, as one object."""
        draft = self._draft(self._combiner.root(self._document.root), ())
        if not _admits_objects(draft.fields):
            raise Uncompilable(f"takes no object, only {draft.fields['type']}")
        draft.fields["type"] = "object"
        for keyword in ("nullable", "enum", "const"):
            draft.drop(keyword)
        return self._document_of(self._finished(draft, 1))

    def answer(self) -> Fields:
        """The root of an answer's form, as it stands."""
        root = {key: value for key, value in self._document.root.items() if key not in {"$defs", "definitions"}}
        return self._document_of(self._node(root, (), 1))

    def _document_of(self, compiled: Fields) -> Fields:
        if definitions := self._definitions():
            compiled["$defs"] = definitions
        return compiled

    def _definitions(self) -> Fields:
        """All that is referred to; compiling one may name more."""
        compiled: Fields = {}
        while len(compiled) < len(self._document.named):
            path, name = self._document.named[len(compiled)]
            target = self._document.find_path(path)
            compiled[name] = self._node(target, ("$defs", name), 2)
        return compiled

    def _node(self, raw: Any, path: Path, depth: int) -> Fields:
        draft = self._draft(self._combiner.folded(as_schema(raw)), path)
        ref = reference_in(draft.fields)
        target = self._target(ref)
        if target is not None:
            return self._reference(draft, target, depth)
        if ref is not None:
            draft.fields = {"$ref": ref, **_without_references(draft.fields)}
            draft.tell("$ref")
        return self._finished(draft, depth)

    def _draft(self, fields: Fields, path: Path) -> Draft:
        draft = Draft(dict(fields), path, self._ledger)
        for keyword in dict.fromkeys(self._combiner.lost):
            draft.weakened(keyword)
        self._combiner.lost.clear()
        return draft

    def _finished(self, draft: Draft, depth: int) -> Fields:
        repair(draft)
        if depth == DEPTH:
            _cut(draft)
        fields = draft.fields
        for keyword in [keyword for keyword in fields if keyword in CHILDREN]:
            fields[keyword] = self._children(keyword, fields[keyword], (*draft.path, keyword), depth + 1)
        return draft.fields

    def _children(self, keyword: str, value: Any, path: Path, depth: int) -> Any:
        if keyword == "properties":
            return {name: self._node(child, (*path, name), depth) for name, child in value.items()}
        if isinstance(value, list):
            return [self._node(child, (*path, str(index)), depth) for index, child in enumerate(value)]
        return value if isinstance(value, bool) else self._node(value, path, depth)

    def _reference(self, draft: Draft, target: Path, depth: int) -> Fields:
        """A reference, beside which only a description and a default may stand."""
        fields = draft.fields
        link = {"$ref": f"#/$defs/{self._document.name(target)}" if target else "#"}
        beside: Fields = {key: fields[key] for key in ("description", "default") if key in fields}
        if not isinstance(beside.get("description", ""), str):
            del beside["description"]
        for keyword in [keyword for keyword in fields if keyword in KEPT - ANNOTATIONS]:
            draft.weakened(keyword)
        if fields.get("nullable") is not True:
            return {**link, **beside}
        either = Draft({**beside, "anyOf": [link, {"type": "null"}]}, draft.path, self._ledger)
        if depth == DEPTH:
            _cut(either)
        return either.fields

    def _target(self, ref: Any) -> Path | None:
        """Where a reference leads, unless nowhere, or through references only to itself."""
        found = self._document.find(ref)
        return None if found is None or not self._arrives(found[0]) else found[0]

    def _arrives(self, path: Path) -> bool:
        if path not in self._ends:
            seen: set[Path] = set()
            found: tuple[Path, Fields] | None = (path, {})
            while found is not None and found[0] and found[0] not in seen:
                seen.add(found[0])
                node = self._combiner.folded(as_schema(self._document.find_path(found[0])))
                found = self._document.find(reference_in(node))
            self._combiner.lost.clear()
            self._ends[path] = found is None or not found[0]
        return self._ends[path]


def _admits_objects(root: Fields) -> bool:
    """Whether an object can be right; a root that names properties means one, whatever it says."""
    given = root.get("type", "object")
    names = given if isinstance(given, list) else [given]
    known = {TYPES.get(name.lower()) for name in names if isinstance(name, str)}
    return "properties" in root or not known or not known.isdisjoint({"object", None})


def _cut(draft: Draft) -> None:
    """Leave out what is nested too deep; what refers to it goes with it."""
    if CHILDREN.isdisjoint(draft.fields):
        return
    draft.drop("required")
    for keyword in [keyword for keyword in draft.fields if keyword in CHILDREN]:
        draft.tell(keyword)


def _without_references(fields: Fields) -> Fields:
    return {key: value for key, value in fields.items() if key not in REFERENCES}
