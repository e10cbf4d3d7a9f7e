"""Where a `$ref` leads, and the name its target bears in `$defs`."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, urljoin

from .compiled import pointer
from .vocabulary import CHILDREN, NAME_MAPS, REFERENCES, Fields, Path, structured

_DEFINITIONS: Final = ("$defs", "definitions")
_ILLEGAL: Final = re.compile(r"[^A-Za-z0-9_.-]")
_LEGAL: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ANCHORS: Final = ("$anchor", "$dynamicAnchor", "$id")


class Document:
    """A schema with all that its references may name."""

    def __init__(self, root: Fields) -> None:
        self.root = root
        self._names: dict[Path, str] = {}
        self._anchors: dict[str, Path] | None = None
        self._reserved = {name for name in _map(root.get("$defs")) if _LEGAL.fullmatch(name)}

    def find(self, ref: Any) -> tuple[Path, Fields] | None:
        """The path and the node that a reference names, if it names one in this document."""
        path = self._path(ref) if isinstance(ref, str) else None
        node = None if path is None else self.find_path(path)
        return (path, dict(node)) if path is not None and isinstance(node, Mapping) else None

    def find_path(self, path: Path) -> Any:
        """What stands there, or None."""
        return _descend(self.root, path)

    def name(self, path: Path) -> str:
        """The name under which that path's node stands in `$defs`: its own, if it stood there before."""
        if path not in self._names:
            self._names[path] = self._new_name(path)
        return self._names[path]

    @property
    def named(self) -> list[tuple[Path, str]]:
        """What was named so far, in order."""
        return list(self._names.items())

    def _path(self, ref: str) -> Path | None:
        base, _, fragment = ref.partition("#")
        start = self._start(base)
        if fragment and not fragment.startswith("/"):
            return self._anchored(f"#{fragment}")
        return None if start is None else (*start, *map(_unescaped, unquote(fragment).split("/")[1:]))

    def _start(self, base: str) -> Path | None:
        """Where the schema of that `$id` stands; ids are relative to the root's."""
        own = self.root.get("$id")
        if not base or base == own:
            return ()
        found = self._anchored(base)
        if found is not None or not isinstance(own, str):
            return found
        return () if urljoin(own, base) == own else self._anchored(urljoin(own, base))

    def _anchored(self, name: str) -> Path | None:
        if self._anchors is None:
            self._anchors = dict(_anchors(self.root, ()))
        return self._anchors.get(name)

    def _new_name(self, path: Path) -> str:
        if path[:-1] == ("$defs",) and path[-1] in self._reserved:
            return path[-1]
        words = [word for word in path if word not in {*_DEFINITIONS, *NAME_MAPS}]
        stem = _ILLEGAL.sub("_", "_".join(words[-4:]))[-56:] or "schema"
        taken = self._reserved | set(self._names.values())
        numbered = (f"{stem}_{number}" for number in range(2, len(taken) + 3))
        return next(name for name in (stem, *numbered) if name not in taken)


def reference_in(node: Mapping[str, Any]) -> Any:
    """What a node refers to, or None."""
    return next((node[key] for key in REFERENCES if isinstance(node.get(key), str)), None)


def by_reference(node: Fields, path: Path) -> Fields:
    """The node for use elsewhere: what is nested deeper than one level stays where it is, referred to."""
    return {key: _referred(key, value, (*path, key)) for key, value in node.items()}


def _referred(key: str, value: Any, path: Path) -> Any:
    if key not in CHILDREN:
        return value
    if key in NAME_MAPS and isinstance(value, Mapping):
        return {name: _link(child, (*path, name)) for name, child in value.items()}
    if isinstance(value, list):
        return [_link(child, (*path, str(index))) for index, child in enumerate(value)]
    return _link(value, path)


def _link(child: Any, path: Path) -> Any:
    return {"$ref": "#" + quote(pointer(path), errors="replace")} if structured(child) else child


def _descend(node: Any, path: Path) -> Any:
    for token in path:
        if isinstance(node, list):
            node = dict(enumerate(node)).get(int(token[:9])) if token.isdecimal() else None
        else:
            node = _map(node).get(token)
    return node


def _anchors(node: Any, path: Path) -> Iterator[tuple[str, Path]]:
    """Every named place; values that are no schemas are searched too, which only finds more."""
    if isinstance(node, Mapping):
        for key in _ANCHORS:
            if isinstance(node.get(key), str):
                name = node[key]
                yield (name if key == "$id" else f"#{name}"), path
    children: Iterable[tuple[Any, Any]] = enumerate(node) if isinstance(node, list) else _map(node).items()
    for key, child in children:
        yield from _anchors(child, (*path, str(key)))


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
