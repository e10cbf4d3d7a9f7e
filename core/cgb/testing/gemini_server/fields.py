"""The field table: which JSON names each message of the Gemini API accepts, and as what.

The table itself, `fields.json`, is generated from the public protos and the public SDK.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson

PREFIX = "google.ai.generativelanguage.v1beta."


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `kind` is a scalar kind, "message", "enum", "struct", "value" or "listvalue"."""

    name: str
    kind: str
    repeat: str = ""
    type: str = ""
    oneof: str = ""
    sources: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The type as the service prints it in "Invalid value at"."""
        if self.kind in WELL_KNOWN:
            return f"type.googleapis.com/google.protobuf.{WELL_KNOWN[self.kind]}"
        if self.type:
            return f"type.googleapis.com/{'' if self.type.startswith('google.') else PREFIX}{self.type}"
        return f"TYPE_{self.kind.upper()}"


WELL_KNOWN = {
    "struct": "Struct",
    "listvalue": "ListValue",
    "duration": "Duration",
    "timestamp": "Timestamp",
}


def snake(name: str) -> str:
    """A JSON name as the service prints it."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: f"_{match[1].lower()}", name)


class Table:
    """Looks fields up by either of their two spellings."""

    def __init__(self, data: dict[str, dict[str, dict[str, dict[str, str]]]]) -> None:
        self._enums = {key: {name.upper() for name in names} for key, names in data["enums"].items()}
        self._messages = {key: _both_spellings(fields) for key, fields in data["messages"].items()}

    def field(self, message: str, name: str) -> Field | None:
        """The field a JSON name means in a message."""
        return self._messages[message].get(name)

    def enum(self, key: str, name: str) -> bool:
        """Whether an enum has the name; case does not matter."""
        return name.upper() in self._enums[key]

    def messages(self) -> list[str]:
        """All message names."""
        return list(self._messages)


def _both_spellings(fields: dict[str, dict[str, str]]) -> dict[str, Field]:
    found = {}
    for name, entry in fields.items():
        field = Field(
            name,
            entry["kind"],
            entry.get("repeat", ""),
            entry.get("type", ""),
            entry.get("oneof", ""),
            tuple(entry["from"].split()),
        )
        found[name] = found[snake(name)] = field
    return found


@cache
def table() -> Table:
    """The one table, read when first asked for."""
    return Table(orjson.loads(files(__package__).joinpath("fields.json").read_bytes()))
