"""What a plugin's users may set."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from inspect import cleandoc, getsource
from itertools import pairwise
from textwrap import dedent
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic.fields import FieldInfo


class Settings(BaseModel):
    """Base class of a plugin's settings: the table `[plugin.<name>]` of cgb.toml.

    A field is also set by the environment, as `CGB_<PLUGIN>_<FIELD>` and by the names in its `Env`.
    Use `SecretStr` for what must not be shown. The string below a field describes it to its users.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=(), validate_default=True)


@dataclass(frozen=True, slots=True)
class Env:
    """Further environment variables that set a field; the first that is present does.

    `api_key: Annotated[SecretStr | None, Env("GEMINI_API_KEY", "GOOGLE_API_KEY")] = None`
    """

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """What fields are for, by their names: their `Field`'s description, or the string below them.

    Read when somebody asks, as reading the sources takes longer than all else about the models of a start.
    """
    below: dict[str, str] = {}
    for kind in reversed(model.__mro__[: model.__mro__.index(BaseModel)]):
        below |= _strings_below(kind)
    said = {name: info.description or below.get(name) for name, info in model.model_fields.items()}
    return {name: text for name, text in said.items() if text}


def _strings_below(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """The fields of a class that a string follows, and that string; none where its source is not at hand."""
    try:
        (body,) = ast.parse(dedent(getsource(model))).body
    except (OSError, TypeError, SyntaxError):
        return
    assert isinstance(body, ast.ClassDef)  # noqa: S101 - it is a class's source
    for pair in pairwise(body.body):
        match pair:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, cleandoc(text)


def known_at(model: type[BaseModel], keys: Sequence[str | int]) -> set[str]:
    """The names that a table may hold, at the end of these keys into a model's table."""
    models = {model}
    for key in keys:
        # A number leads into a list, whose items' models were found with the list.
        if isinstance(key, str):
            models = {inner for one in models for inner in _inside(one, key)}
    return {_spelt(name, info) for one in models for name, info in one.model_fields.items()}


def _inside(model: type[BaseModel], key: str) -> Iterator[type[BaseModel]]:
    """The models of the tables that a field holds, or, of a table by the user's own keys, its values."""
    fields = {_spelt(name, info): info for name, info in model.model_fields.items()}
    return _models(fields[key].annotation) if key in fields else iter((model,))


def _spelt(name: str, info: FieldInfo) -> str:
    return info.alias or name


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
