"""What clients are sent: every name that the `anthropic` SDK knows of an answer, and whether the bridge says it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args, get_origin

from anthropic import types as stable
from anthropic.types import beta
from pydantic import BaseModel

from .bridge import Json
from .sdk import bare, types_in

ROOTS = (stable.RawMessageStreamEvent, beta.BetaRawMessageStreamEvent)
ROOT = "events"


@dataclass
class Kind:
    """An object in an answer: the classes of one name, with and without `Beta`."""

    name: str
    tag: str = ""
    fields: dict[str, list[str]] = field(default_factory=dict)
    """The names of what each field can hold; empty for plain values."""


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _models(hint: Any) -> list[type[BaseModel]]:
    if _is_model(hint):
        return [hint]
    if get_origin(hint) is Literal:
        return []
    return [one for inner in get_args(hint) for one in _models(inner)]


@cache
def kinds() -> dict[str, Kind]:
    """Every object of a stream, from the events down."""
    found: dict[str, Kind] = {}
    waiting = [one for root in ROOTS for one in _models(root)]
    done: set[type] = set()
    while waiting:
        model = waiting.pop(0)
        if model in done:
            continue
        done.add(model)
        kind = found.setdefault(bare(model), Kind(bare(model)))
        for name, info in model.model_fields.items():
            inner = _models(info.annotation)
            known = kind.fields.setdefault(info.alias or name, [])
            known += [bare(one) for one in inner if bare(one) not in known]
            kind.tag = kind.tag or (_literal(info.annotation) if name == "type" else "")
            waiting += inner
    return found


def _literal(hint: Any) -> str:
    return next((str(get_args(one)[0]) for one in types_in(hint) if get_origin(one) is Literal), "")


@cache
def stop_reasons() -> tuple[str, ...]:
    """The values of `stop_reason`."""
    return tuple(dict.fromkeys([*get_args(stable.StopReason), *get_args(beta.BetaStopReason)]))


def said(events: Iterable[Json]) -> set[tuple[str, str]]:
    """The fields that these events hold, by the name of their object."""
    names = [bare(one) for root in ROOTS for one in _models(root)]
    return {place for event in events for place in _said(event, names)}


def _said(value: Any, names: list[str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for inner in value:
            yield from _said(inner, names)
    if not isinstance(value, dict):
        return
    for kind in (kinds()[name] for name in dict.fromkeys(names)):
        if kind.tag in {"", value.get("type")}:
            for name in kind.fields:
                if value.get(name) is not None:
                    yield kind.name, name
                    yield from _said(value[name], kind.fields[name])
