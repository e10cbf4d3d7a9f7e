"""What became of each tool's schema, by what plugins noted on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..context import Note

NOTE = "schema"
"""The kind of note that says how a tool's schema was changed: `tool`, and `changes`, each a path, a keyword, how."""

LEFT_OUT = "quarantine"
"""The kind of note that says why a tool was left out: `tool`, `path` and `reason`."""


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """What became of one keyword of a schema: `how` is dropped, weakened, moved or encoded."""

    path: str
    keyword: str
    how: str


@dataclass(frozen=True, slots=True)
class ToolSchema:
    """What became of one tool's schema.

    Attributes:
        tool: its name.
        bytes_before: the size the client sent.
        bytes_after: the size that goes upstream; None where the tool does not.
        changes: what was dropped, weakened, moved or encoded.
        left_out: why a plugin left the tool out; "" where none did.
    """

    tool: str
    bytes_before: int
    bytes_after: int | None
    changes: tuple[SchemaChange, ...] = ()
    left_out: str = ""


def tool_schemas(
    before: Mapping[str, Any], after: Mapping[str, Any] | None, notes: Iterable[Note]
) -> tuple[ToolSchema, ...]:
    """What became of the tools of a request, in the request's order.

    Args:
        before: the request as the client sent it, as JSON.
        after: the request as it goes upstream.
        notes: what plugins noted in between.
    """
    sent, told = _sizes(after or {}), tuple(notes)
    return tuple(_tool(name, size, sent.get(name), told) for name, size in _sizes(before).items())


def _sizes(request: Mapping[str, Any]) -> dict[str, int]:
    schemas = {tool.get("name", ""): tool.get("input_schema") for tool in request.get("tools") or ()}
    return {name: len(orjson.dumps(schema)) for name, schema in schemas.items() if schema is not None}


def _tool(name: str, before: int, after: int | None, notes: tuple[Note, ...]) -> ToolSchema:
    about = [note for note in notes if note.data.get("tool") == name]
    found = (change for note in about if note.kind == NOTE for change in _changes(note.data.get("changes")))
    # A tool compiled anew for another attempt is told of twice.
    changes = tuple(dict.fromkeys(found))
    left_out = next((_reason(note) for note in about if note.kind == LEFT_OUT), "")
    return ToolSchema(name, before, after, changes, left_out)


def _changes(told: Any) -> Iterator[SchemaChange]:
    """The changes of a note, of whichever plugin: what is no list of objects is passed over."""
    for one in told if isinstance(told, list | tuple) else ():
        if isinstance(one, Mapping):
            path, keyword, how = (str(one.get(member, "")) for member in ("path", "keyword", "how"))
            yield SchemaChange(path, keyword, how)


def _reason(note: Note) -> str:
    reason, path = str(note.data.get("reason") or note.text), note.data.get("path")
    return f"{path}: {reason}" if path else reason
