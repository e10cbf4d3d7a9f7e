"""What the `anthropic` SDK knows of a request: its TypedDicts, stable and beta together, as shapes."""

import typing
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from anthropic import types as stable
from anthropic.types import beta, message_count_tokens_params, message_create_params
from anthropic.types.beta import message_count_tokens_params as beta_count_tokens_params
from anthropic.types.beta import message_create_params as beta_create_params

REQUESTS = (
    message_create_params.MessageCreateParamsBase,
    message_create_params.MessageCreateParamsStreaming,
    message_count_tokens_params.MessageCountTokensParams,
    beta_create_params.MessageCreateParamsBase,
    beta_create_params.MessageCreateParamsStreaming,
    beta_count_tokens_params.MessageCountTokensParams,
)
BLOCKS = (stable.ContentBlockParam, beta.BetaContentBlockParam)
ROOT = "request"


@dataclass
class Member:
    """A field of a shape: every type it has in any of the SDK's classes."""

    types: list[Any] = field(default_factory=list)
    is_required: bool = True


@dataclass
class Shape:
    """An object that may stand in a request: classes of one name, with and without `Beta`."""

    name: str
    tag: str = ""
    members: dict[str, Member] = field(default_factory=dict)

    def add(self, kind: type) -> None:
        """Take over the fields of a class."""
        for name, hint in get_type_hints(kind, include_extras=True).items():
            member = self.members.setdefault(name, Member())
            member.is_required &= get_origin(hint) is typing.Required
            member.types += types_in(hint)
            if name == "type" and (values := literals(member)):
                self.tag = str(values[0])


def bare(kind: Any) -> str:
    """A class's name without what tells the editions apart."""
    name = kind.__name__.removeprefix("Beta").removesuffix("Param").removesuffix("Params")
    return name.removeprefix("Request") if name.startswith("Request") and name != "RequestParam" else name


def is_object(kind: Any) -> bool:
    """Whether a type is a TypedDict."""
    return isinstance(kind, type) and issubclass(kind, dict) and hasattr(kind, "__required_keys__")


def types_in(hint: Any) -> list[Any]:
    """The members of a union, without Required and the like; lists and mappings stay whole."""
    origin = get_origin(hint)
    if origin in {typing.Required, typing.NotRequired, typing.Annotated}:
        return types_in(get_args(hint)[0])
    if origin is typing.Union or str(origin) == "<class 'types.UnionType'>":
        return [one for arg in get_args(hint) for one in types_in(arg)]
    return [] if hint is type(None) else [hint]


def elements(kind: Any) -> list[Any]:
    """The types in a list; empty for everything else."""
    origin = get_origin(kind)
    if not isinstance(origin, type) or kind is str or issubclass(origin, dict | typing.Mapping):
        return []
    return [one for arg in get_args(kind) for one in types_in(arg)]


def literals(member: Member) -> list[Any]:
    """The values a field can have, where they are listed."""
    found = [value for kind in member.types if get_origin(kind) is Literal for value in get_args(kind)]
    return list(dict.fromkeys(found))


def objects(member: Member) -> Iterator[tuple[type, str]]:
    """The objects that may stand in a field, and how: alone, in a "list" or in a "map"."""
    for kind in member.types:
        if is_object(kind):
            yield kind, ""
        for inner in elements(kind):
            if is_object(inner):
                yield inner, "list"
        if get_origin(kind) is dict:
            yield from ((inner, "map") for inner in types_in(get_args(kind)[1]) if is_object(inner))


@cache
def shapes() -> dict[str, Shape]:
    """Every shape of a request by its name; the request itself is `request`."""
    found: dict[str, Shape] = {}
    waiting: list[tuple[str, type]] = [(ROOT, kind) for kind in REQUESTS]
    done: set[type] = set()
    while waiting:
        name, kind = waiting.pop(0)
        if kind in done:
            continue
        done.add(kind)
        shape = found.setdefault(name, Shape(name))
        shape.add(kind)
        waiting += [(bare(inner), inner) for member in shape.members.values() for inner, _ in objects(member)]
    return found


@cache
def blocks() -> dict[str, str]:
    """The shapes that are content blocks, wherever one may stand, by `type`."""
    inside = stable.ToolResultBlockParam, beta.BetaToolResultBlockParam
    found = [kind for union in BLOCKS for kind in types_in(union)]
    for result in inside:
        found += [kind for one in types_in(get_type_hints(result)["content"]) for kind in elements(one)]
    named = {bare(kind) for kind in found if is_object(kind)}
    return {shapes()[name].tag: name for name in sorted(named)}
