"""Rules, and models to pick, as they stand in cgb.toml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from cgb import Model, Route, Settings

from .spelling import one_or_more
from .when import Effort, When

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .facts import Facts

Target = Annotated[str, Field(pattern=r"^[^/\s]+/\S+$")]
"""`transport/model`."""


class Parameters(Settings):
    """What a rule changes in the request."""

    effort: Effort | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)

    @property
    def changes(self) -> dict[str, Any]:
        """As `Route.set` has them."""
        own = {"output_config.effort": self.effort, "max_tokens": self.max_tokens, "temperature": self.temperature}
        return {name: value for name, value in own.items() if value is not None}


class Leading(Settings):
    """What says where requests go."""

    to: Annotated[tuple[Target, ...], one_or_more(Target), Field(min_length=1)]
    """`transport/model`, or several, of which each is asked if the one before it failed."""
    set: Parameters = Parameters()

    def route(self, why: str) -> Route:
        """The way there."""
        ends = (one.partition("/") for one in self.to)
        first, *others = (Route(transport, model, set=self.set.changes, why=why) for transport, _, model in ends)
        return replace(first, fallbacks=tuple(others))


class Rule(Leading):
    """An entry of `[[plugin.routing.rules]]`: where requests go when conditions hold."""

    name: str = ""
    when: Annotated[tuple[When, ...], one_or_more(When), Field(min_length=1)] = (When(),)
    """A table of conditions that all must hold, or several tables, of which one must."""


class Picked(Leading):
    """An entry of `[[plugin.routing.models]]`: a model that the client may pick."""

    id: str = Field(min_length=1)
    name: str = ""
    description: str = ""

    def models(self) -> Iterator[Model]:
        """The model, under a name that Claude Code's discovery keeps too (Claude Code contract, models)."""
        route = self.route(f"{self.id} was picked")
        is_kept = "claude" in self.id.lower() or self.id.lower().startswith("anthropic")
        for name in (self.id,) if is_kept else (self.id, f"claude-{self.id}"):
            yield Model(name, route, self.name or self.id, self.description)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A rule, its number as people count, the way it leads, and its tables' conditions, ready to be asked."""

    number: int
    rule: Rule
    route: Route
    tables: tuple[tuple[tuple[str, Callable[[Any], bool]], ...], ...]

    def holds(self, facts: Facts) -> bool:
        """Whether all conditions of one of its tables hold; the first that does not ends the search."""
        for table in self.tables:
            for name, holds in table:
                if not holds(facts.of(name)):
                    break
            else:
                return True
        return False

    def __str__(self) -> str:
        return f'rule {self.number} "{self.rule.name}"' if self.rule.name else f"rule {self.number}"


def numbered(rules: Iterable[Rule]) -> tuple[Numbered, ...]:
    """The rules in their order, ready to be asked."""
    return tuple(
        Numbered(place, rule, rule.route(_why(place, rule)), tuple(map(_asking, rule.when)))
        for place, rule in enumerate(rules, 1)
    )


def _asking(when: When) -> tuple[tuple[str, Callable[[Any], bool]], ...]:
    return tuple((name, condition.holds) for name, condition in when.conditions.items())


def _why(number: int, rule: Rule) -> str:
    return f'rule "{rule.name}" (cgb.toml rule {number})' if rule.name else f"cgb.toml rule {number}"


def first(rules: Iterable[Numbered], facts: Facts) -> Numbered | None:
    """The first rule that holds."""
    return next((one for one in rules if one.holds(facts)), None)
