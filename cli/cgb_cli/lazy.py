"""Commands that are imported when somebody asks for them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class LazyCommand(TyperCommand):
    """A command that converts only the options it is given."""

    @override
    def get_params(self, ctx: Any) -> list[Any]:
        return _given_only(super().get_params(ctx))


class LazyGroup(TyperGroup):
    """A group that knows its commands by name: of all of them, a run needs one.

    `functions` tells for each name the function that runs it, or the group that it is: `module:attribute`.
    """

    functions: ClassVar[Mapping[str, str]]

    @override
    def get_params(self, ctx: Any) -> list[Any]:
        return _given_only(super().get_params(ctx))

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        return list(self.functions)

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.functions:
            return None
        module, _, attribute = self.functions[cmd_name].partition(":")
        found = getattr(import_module(f".{module}", __package__), attribute)
        return get_command(found if isinstance(found, typer.Typer) else _alone(cmd_name, found))


def _alone(name: str, function: Any) -> typer.Typer:
    """An app of one command, which typer makes that command of."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name, cls=LazyCommand)(function)
    return app


def _given_only(params: list[Any]) -> list[Any]:
    """Options that pass by what was not given: typer converts a None too, and imports pydantic for it (0.1 s)."""
    for param in params:
        if param.nargs == 1 and not (param.multiple or param.required):
            # One method of one object: what a subclass would do, if typer took one.
            vars(param).setdefault("process_value", _passing_by(param, param.process_value))
    return params


def _passing_by(param: Any, process: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def process_value(ctx: Any, value: Any) -> Any:
        if value is not None:
            return process(ctx, value)
        return param.callback(ctx, param, None) if param.callback else None

    return process_value
