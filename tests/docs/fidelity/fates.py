"""What became of a value: read off from what arrives with it, with another one, and without."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from .bridge import Json, Outcome, leaves

TEXTS = (".text", ".thinking", "response.output", "response.error", "message.explanation", "error.message")
LOSSLESS, AS_TEXT, MAPPED, DROPPED, REFUSED = "lossless", "as text", "mapped", "dropped", "refused"
VERDICTS = (LOSSLESS, AS_TEXT, MAPPED, DROPPED, REFUSED)
_SHOWN = 3
_IN_SCHEMA = re.compile(r"(JsonSchema)\.(properties|type)\b.*")


@dataclass(frozen=True, slots=True)
class Fate:
    """A verdict, where the value arrives, and which notes the bridge made of it."""

    verdict: str
    places: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    why: str = ""


def fate(values: Sequence[Any], outcomes: Sequence[Outcome], absent: Outcome | None, *, is_text: bool = False) -> Fate:
    """The verdict on a field that was given these values.

    Args:
        values: what the field was given, at least two where it can have two values.
        outcomes: what came of each.
        absent: what came of the same without the field; None where it cannot be left out.
        is_text: whether the field is a text by nature, which a text part carries without loss.
    """
    without = absent if absent is not None and not absent.refused else None
    notes = frozenset().union(*(one.notes for one in outcomes)) - without.notes if without else frozenset()
    if all(one.refused for one in outcomes):
        return Fate(REFUSED, why=outcomes[0].refused)
    kept = [(value, one) for value, one in zip(values, outcomes, strict=True) if not one.refused]
    compared = [one.seen for _, one in kept]
    differing = _changed(compared)
    changed = differing or _changed([*compared[:1], *([without.seen] if without else [])])
    is_told = changed and not differing and values[0] != values[-1] and all(map(_is_text, changed))
    if not changed or is_told:  # words that are the same for every value say only that there was one
        return Fate(DROPPED, _short(changed), tuple(sorted(notes)))
    exact = _exact(kept, changed) if differing or len(kept) == 1 else []
    if is_text or any(not _is_text(place) for place in exact):
        found = [place for place in exact if is_text or not _is_text(place)]
        if found:
            return Fate(LOSSLESS, _short(found), tuple(sorted(notes)))
    verdict = AS_TEXT if all(map(_is_text, changed)) and not _is_renamed(changed) else MAPPED
    return Fate(verdict, _short(changed), tuple(sorted(notes)))


def _changed(seen: Sequence[Json]) -> list[str]:
    """The paths at which what arrives differs between any two."""
    found: dict[str, None] = {}
    for one, other in combinations(map(_by_path, seen), 2):
        found |= dict.fromkeys(path for path in (*one, *other) if one.get(path) != other.get(path))
    return list(found)


def _by_path(seen: Json) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for path, value in leaves(seen):
        if not isinstance(value, dict | list) or not value:
            found.setdefault(path, []).append(value)
    return found


def _exact(kept: Sequence[tuple[Any, Outcome]], changed: Sequence[str]) -> list[str]:
    """The paths at which every value stands as it was given, among those that changed."""
    common: dict[str, None] | None = None
    for value, one in kept:
        places = dict.fromkeys(
            path for path, found in leaves(one.seen) if found == value and type(found) is type(value)
        )
        common = places if common is None else {path: None for path in common if path in places}
    return [path for path in common or () if any(one.startswith(path) for one in changed)]


def _is_text(path: str) -> bool:
    return path.endswith(TEXTS) or ".response.output" in path


def _is_renamed(changed: Sequence[str]) -> bool:
    """Whether a result's text moved from one name to the other, which says whether the tool failed."""
    return {path.rpartition(".")[2] for path in changed} == {"output", "error"}


def _short(paths: Sequence[str]) -> tuple[str, ...]:
    """The first paths, without what they have in common; the answer's only where the request's say nothing."""
    paths = [path for path in paths if path.startswith("request.")] or paths
    return tuple(dict.fromkeys(_brief(path) for path in sorted(_outermost(paths), key=_is_text)))[:_SHOWN]


def _outermost(paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        if not any(path != other and path.startswith((f"{other}.", f"{other}[")) for other in paths):
            yield path


def _brief(path: str) -> str:
    side, _, rest = path.partition(".")
    brief = rest.replace("contents[].parts[].", "").replace(
        "tools[].functionDeclarations[].", "functionDeclarations[]."
    )
    brief = brief.replace("content[].", "").replace("generationConfig.", "")
    brief = _IN_SCHEMA.sub(r"\1", brief)
    match side:
        case "request":
            return brief or "request"
        case "answer":
            return f"the answer's `{brief}`"
        case "next":
            return f"the next request's `{brief.replace('request.', '')}`"
        case "hop" | "hop[]":
            return f"the next hop's `{brief}`"
        case "learnt":
            return "what the bridge knows of the model"
        case _:
            return "the route" if side == "model" else path
