"""When a rule holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

from cgb import Kind, Settings

from .conditions import Condition, Count, Globs, OneOf, Schedule
from .facts import HEADER, NOT
from .spelling import checked, count, days, globs, minutes, one_or_more, zone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .facts import Facts

Patterns = Annotated[Globs, PlainValidator(globs, json_schema_input_type=str | tuple[str, ...])]
Number = Annotated[Count, PlainValidator(count, json_schema_input_type=int | str)]
Kinds = Annotated[tuple[Kind, ...], one_or_more(Kind), Field(min_length=1)]
Effort = Literal["low", "medium", "high", "xhigh", "max"]
Efforts = Annotated[tuple[Effort, ...], one_or_more(Effort), Field(min_length=1)]
Way = Literal[True, False, "adaptive", "enabled", "disabled"]
Thinking = Annotated[tuple[Way, ...], one_or_more(Way), Field(min_length=1)]
Hours = Annotated[str, AfterValidator(checked(minutes))]
Days = Annotated[str, AfterValidator(checked(days))]
Zone = Annotated[str, AfterValidator(checked(zone))]
Headers = Annotated[dict[str, Patterns], Field(min_length=1)]

_PLAIN = ("model", "tools", "tool", "tokens", "tag")
_FLAGS = ("images", "documents", "web_search", "subagent")
_LISTS = ("kind", "effort")
_ALWAYS = (frozenset(range(24 * 60)), frozenset(range(7)))


class When(Settings):
    """Conditions of which all must hold; none at all always do."""

    model: Patterns | None = None
    """The model that the client asks for: `claude-opus-*`."""
    tokens: Number | None = None
    """About how many tokens the request is: `>200000`."""
    tools: Number | None = None
    """How many tools it declares."""
    tool: Patterns | None = None
    """The name of one of them: `mcp__github__*`."""
    images: bool | None = None
    """Whether an image is anywhere in the conversation."""
    documents: bool | None = None
    """Whether a document is."""
    thinking: Thinking | None = None
    """Whether the model may think, or how: adaptive, enabled, disabled."""
    effort: Efforts | None = None
    """How hard it should try."""
    web_search: bool | None = None
    """Whether the provider is asked to search the web."""
    subagent: bool | None = None
    """Whether a subagent asks."""
    kind: Kinds | None = None
    """What the client wants the answer for: main, title, compaction …"""
    tag: Patterns | None = None
    """A word of the prompt that begins with `#` or `@`: `#fast`, `@model:*`."""
    header: Headers | None = None
    """Headers and what they say; Claude Code sends those of ANTHROPIC_CUSTOM_HEADERS."""
    hours: Hours | None = None
    """From when to when, as `09:00-18:00`; the end is not included, and may be on the next day."""
    days: Days | None = None
    """Days of the week, as `mon-fri`; the day is the one on which the request comes."""
    timezone: Zone | None = None
    """Whose clock hours and days are read from; this machine's, unless given."""
    not_: When | None = Field(default=None, alias="not")
    """Conditions of which at least one must not hold."""

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        if self.timezone and not (self.hours or self.days):
            raise PydanticCustomError("routing", "timezone means nothing without hours or days")
        if self.not_ is not None and not self.not_.conditions:
            raise PydanticCustomError("routing", "an empty not would never hold")
        return self

    @cached_property
    def conditions(self) -> Mapping[str, Condition]:
        """The conditions, by the names of the facts they are about; cheap ones first."""
        found = dict(self._conditions())
        costly = [name for name in ("images", "documents", "effort", "tag", "tokens", NOT) if name in found]
        return {**{name: one for name, one in found.items() if name not in costly}, **{n: found[n] for n in costly}}

    def holds(self, facts: Facts) -> bool:
        """Whether all conditions hold; the first that does not ends the search."""
        return all(condition.holds(facts.of(name)) for name, condition in self.conditions.items())

    def implies(self, other: When) -> bool:
        """Whether the other holds whenever this one does; False where that cannot be told."""
        own = self.conditions
        return all(name in own and own[name].implies(condition) for name, condition in other.conditions.items())

    def excludes(self, other: When) -> bool:
        """Whether the two never hold together; False where that cannot be told."""
        shared = self.conditions.keys() & other.conditions.keys()
        return any(self.conditions[name].excludes(other.conditions[name]) for name in shared - {"tool", "tag"})

    def __str__(self) -> str:
        return ", ".join(f"{name} {condition}" for name, condition in self.conditions.items()) or "always"

    def _conditions(self) -> Iterator[tuple[str, Condition]]:
        yield from ((name, wanted) for name in _PLAIN if (wanted := getattr(self, name)) is not None)
        for name in _FLAGS:
            if (flag := getattr(self, name)) is not None:
                yield name, OneOf(frozenset({flag}))
        for name in _LISTS:
            if values := getattr(self, name):
                yield name, OneOf(frozenset(values))
        if self.thinking:
            yield "thinking", _thinking(self.thinking)
        for name, wanted in (self.header or {}).items():
            yield HEADER + name.lower(), wanted
        if self.hours or self.days:
            yield "time", self._schedule()
        if self.not_ is not None:
            yield NOT, Not(self.not_)

    def _schedule(self) -> Schedule:
        every_minute, every_day = _ALWAYS
        return Schedule(
            minutes(self.hours) if self.hours else every_minute,
            days(self.days) if self.days else every_day,
            zone(self.timezone) if self.timezone else None,
            " ".join(filter(None, (self.days, self.hours, self.timezone))),
        )


@dataclass(frozen=True, slots=True)
class Not:
    """At least one of some conditions does not hold; the fact is all the facts."""

    when: When

    def holds(self, facts: Facts, /) -> bool:
        """See `Condition`."""
        return not self.when.holds(facts)

    def implies(self, other: Not, /) -> bool:
        """See `Condition`."""
        return other.when.implies(self.when)

    def excludes(self, _: Any, /) -> bool:
        """See `Condition`: it cannot be told."""
        return False

    def __str__(self) -> str:
        return f"({self.when})"


def _thinking(wanted: tuple[bool | str, ...]) -> OneOf:
    """What `true`, `false` and kinds of thinking come to: true is every kind but disabled, also one unknown here."""
    named = {"disabled" if kind is False else kind for kind in wanted if kind is not True}
    if True not in wanted:
        return OneOf(frozenset(named))
    return OneOf(frozenset({"disabled"} - named), but=True)
