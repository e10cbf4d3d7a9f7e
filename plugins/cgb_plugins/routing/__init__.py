"""Send requests where rules in cgb.toml say, and list models of the user's own making."""

from __future__ import annotations

import logging
from functools import cache, cached_property
from typing import TYPE_CHECKING, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from cgb import Context, MessagesRequest, Model, Route, Settings, hookimpl

from .facts import Facts
from .overlap import problems
from .rules import Numbered, Picked, Rule, first, numbered
from .trace import Trace

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Routing", "choose_route", "describe_settings", "list_models"]

log = logging.getLogger("cgb.routing")


class Routing(Settings):
    """The table `[plugin.routing]`."""

    rules: tuple[Rule, ...] = ()
    """Asked in their order; the first that holds says where the request goes."""
    models: tuple[Picked, ...] = ()
    """Models that clients may pick, besides those that transports list."""

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [model.id for one in self.models for model in one.models()]
        if len(ids) != len(set(ids)):
            raise PydanticCustomError("routing", "two models have the same id")
        return self

    @cached_property
    def numbered(self) -> tuple[Numbered, ...]:
        """The rules, ready to be asked."""
        return numbered(self.rules)


@hookimpl
def describe_settings() -> type[Settings]:
    return Routing


@hookimpl
def list_models(settings: Routing) -> Iterator[Model]:
    for text, is_mistake in problems(settings.numbered):
        _say_once(logging.WARNING if is_mistake else logging.INFO, text)
    for one in settings.models:
        yield from one.models()


@hookimpl
def choose_route(request: MessagesRequest, ctx: Context, settings: Routing) -> Route | None:
    if not settings.rules:
        return None
    facts = Facts(request, ctx)
    winner = first(settings.numbered, facts)
    rules = Trace(settings.numbered, winner, facts)
    if winner is None:
        ctx.note("no_rule", "no rule holds", rules=rules)
        return None
    ctx.note("rule", f"{winner} won", rules=rules)
    return winner.route


@cache
def _say_once(level: int, text: str) -> None:
    """A pipeline may be opened several times in a process: to be checked, to serve, to be configured anew."""
    log.log(level, "plugin.routing.rules: %s.", text)
