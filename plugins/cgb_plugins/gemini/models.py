"""What each Gemini family is like (Gemini API contract, models; as of November 2026)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, TypeAlias, TypeVar

from cgb import Model, Route, Target

Facts = TypeVar("Facts")

GEMINI_3 = 3.0
"""The generation from which thinking has levels, and calls bear signatures and ids."""

_CONTEXT = 1_048_576
_OUTPUT = 65_536
_IMAGES = ("image/png", "image/jpeg", "image/webp")
_MEDIA = (*_IMAGES, "image/heic", "image/heif", "application/pdf", "text/*", "audio/*", "video/*")
_MEDIA_IN_RESULTS = (*_IMAGES, "application/pdf", "text/plain")

ALIASES = {
    "gemini-pro-latest": "gemini-3.1-pro-preview",
    "gemini-flash-latest": "gemini-3.8-flash",
    "gemini-flash-lite-latest": "gemini-3.5-flash-lite",
}
"""Names that Google moves on; where they point now."""

_LOW_TO_HIGH = ("LOW", "MEDIUM", "HIGH")
_MINIMAL = ("MINIMAL", *_LOW_TO_HIGH)
_XHIGH = (*_LOW_TO_HIGH, "XHIGH")

_LEVELS = {
    "gemini-4-argon": _LOW_TO_HIGH,
    "gemini-4-carbon": _LOW_TO_HIGH,
    "gemini-4-hydrogen": _XHIGH,
    "gemini-4-neon": _XHIGH,
    "gemini-3.8-flash": _LOW_TO_HIGH,
    "gemini-3.7-flash": _LOW_TO_HIGH,
    "gemini-3.6-flash": _MINIMAL,
    "gemini-3.5-flash": _MINIMAL,
    "gemini-3.5-flash-lite": _MINIMAL,
    "gemini-3.1-flash-lite": _MINIMAL,
    "gemini-3-flash": _MINIMAL,
    "gemini-3.1-pro": _LOW_TO_HIGH,
    "gemini-3-pro": ("LOW", "HIGH"),
}
_BUDGETS = {
    "gemini-2.5-pro": (128, 32_768, False),
    "gemini-2.5-flash-lite": (512, 24_576, True),
    "gemini-2.5-flash": (1, 24_576, True),
}

LISTED = (
    *ALIASES,
    "gemini-4-neon",
    "gemini-4-hydrogen",
    "gemini-4-carbon",
    "gemini-4-argon",
    "gemini-3.8-flash",
    "gemini-3.7-flash",
    "gemini-3.6-flash",
    "gemini-3.5-flash",
    "gemini-3.5-flash-lite",
    "gemini-3.1-pro-preview",
    "gemini-3.1-pro-preview-customtools",
    "gemini-3.1-flash-lite",
    "gemini-3-pro-preview",
    "gemini-3-flash-preview",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
    "gemini-2.5-flash-lite",
)
"""The models that clients may pick."""


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of Gemini model: its name and generation, and what the bridge's other parts may know of it."""

    name: str
    generation: float
    target: Target


@lru_cache(maxsize=256)
def family_of(model: str) -> Family:
    """The family a model's name belongs to; a name nobody knows is taken for the newest kind of its generation."""
    name = ALIASES.get(model, model)
    generation = _generation(name)
    budget = _longest_prefix(name, _BUDGETS)
    if budget is not None or generation < GEMINI_3:
        low, high, can_stop = budget or (0, 24_576, True)
        return Family(
            name, generation, _target(thinking="budget", thinking_budget=(low, high), thinking_can_stop=can_stop)
        )
    levels = _longest_prefix(name, _LEVELS) or _LOW_TO_HIGH
    return Family(
        name,
        generation,
        _target(
            thinking="levels",
            thinking_levels=levels,
            thinking_can_stop=False,
            media_in_tool_results=_MEDIA_IN_RESULTS,
        ),
    )


def listed(transport: str, names: Iterable[str] = LISTED) -> tuple[Model, ...]:
    """The models to pick from: under names that Claude Code's discovery keeps, then under their own."""
    found = []
    for prefix in ("claude-", ""):
        found += [Model(prefix + name, _picked(transport, name), _title(name), decides=False) for name in names]
    return tuple(found)


_MOST_FAMILIES = 256
"""Clients choose the names."""

Dialect: TypeAlias = Literal["gemini-json-schema", "openapi"]


class Catalogue:
    """What is known of the models: the bundled table, corrected by what the service says of itself.

    Args:
        transport: the name that routes to them bear.
        schema: the dialect in which the service, or the gateway before it, takes tools.
    """

    def __init__(self, transport: str, schema: Dialect = "gemini-json-schema") -> None:
        self._transport = transport
        self._schema: Dialect = schema
        self._limits: dict[str, tuple[int, int]] = {}
        self._resolved: dict[str, str] = {}
        self._families: dict[str, Family] = {}
        self.models = listed(transport)

    def family(self, model: str) -> Family:
        """The family of a model: of the one an alias led to last, with the limits that the service gave."""
        if model not in self._families:
            if len(self._families) >= _MOST_FAMILIES:
                self._families.clear()
            self._families[model] = self._family(model)
        return self._families[model]

    def _family(self, model: str) -> Family:
        # Under the name that was asked for: signatures bear it, and must be known again by a bridge that
        # has not learnt yet where an alias leads.
        found = replace(family_of(self._resolved.get(model, model)), name=family_of(model).name)
        context, output = self._limits.get(model, (found.target.context_tokens, found.target.output_tokens))
        target = replace(found.target, context_tokens=context, output_tokens=output, schema=self._schema)
        return replace(found, target=target)

    def learn(self, model: str, version: str) -> None:
        """A model answered under this name: aliases move, and only the answer says where to."""
        if version.startswith("gemini-") and self._resolved.get(model) != version:
            self._resolved[model] = version
            self._families.pop(model, None)

    def refresh(self, found: Iterable[Mapping[str, Any]]) -> None:
        """Take over the service's own list of models."""
        names = []
        self._families.clear()
        for one in found:
            name = str(one.get("name", "")).removeprefix("models/")
            methods = one.get("supportedGenerationMethods") or ()
            if not name.startswith("gemini-") or "generateContent" not in methods:
                continue
            names.append(name)
            limits = one.get("inputTokenLimit"), one.get("outputTokenLimit")
            if all(isinstance(limit, int) and limit > 0 for limit in limits):
                self._limits[name] = (int(limits[0] or 0), int(limits[1] or 0))
        if names:
            known = [name for name in LISTED if name in names or name in ALIASES]
            self.models = listed(self._transport, dict.fromkeys((*known, *names)))


def _target(**facts: Any) -> Target:
    return Target(_CONTEXT, _OUTPUT, schema="gemini-json-schema", media=_MEDIA, resumes=True, family="gemini", **facts)


def _generation(name: str) -> float:
    found = re.search(r"gemini-(\d+(?:\.\d+)?)", name)
    return float(found[1]) if found else 4.0


def _longest_prefix(name: str, table: Mapping[str, Facts]) -> Facts | None:
    matching = [prefix for prefix in table if name.startswith(prefix)]
    return table[max(matching, key=len)] if matching else None


def _picked(transport: str, name: str) -> Route:
    return Route(transport, name, why="picked by name")


def _title(name: str) -> str:
    return name.replace("-", " ").title()
