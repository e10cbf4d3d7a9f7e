"""What Gemini is asked: every field of its requests, and whether the bridge sets it."""

from collections.abc import Iterable, Iterator
from typing import Any

from . import google
from .bridge import Json
from .requests import Row

ROOT = "GenerateContentRequest"


def used(bodies: Iterable[Json]) -> set[tuple[str, str]]:
    """The fields that these requests set, by the name of their message."""
    return {place for body in bodies for place in _used(ROOT, body)}


def _used(owner: str, value: Any) -> Iterator[tuple[str, str]]:
    message = google.request().get(owner)
    for one in value if isinstance(value, list) else (value,):
        for name, inner in one.items() if isinstance(one, dict) and message else ():
            yield owner, name
            field = message.fields.get(name) if message else None
            if field and field.message:
                yield from _used(field.message, inner)


def unknown(bodies: Iterable[Json]) -> set[tuple[str, str]]:
    """What the bridge sets though neither Google's protos nor its SDK know it."""
    return {
        (owner, name)
        for owner, name in used(bodies)
        if owner in google.request() and name not in google.request()[owner].fields
    }


def sources(rows: Iterable[Row], name: str) -> list[str]:
    """The fields of a request of the client's from which one of that name is set."""
    found = [
        f"{row.owner}.{row.name}"
        for row in rows
        for fate in row.fates
        if any(place.replace("[]", "").rpartition(".")[2] == name for place in fate.places)
    ]
    return list(dict.fromkeys(found))
