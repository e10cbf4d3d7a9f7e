"""What is known of the models that LiteLLM leads to.

Gemini's families are a table (Gemini API contract, models: LiteLLM knows not all of them); of other models
LiteLLM's own table tells, once it is imported.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, Final, Literal, TypeAlias

from cgb import Target

from .loading import loaded

Dialect: TypeAlias = Literal["json-schema", "openapi"]

GEMINI_3: Final = 3.0
"""The generation from which thinking has levels, and calls bear signatures and ids."""
GEMINI_4: Final = 4.0

_IMAGES = ("image/png", "image/jpeg", "image/webp")
_GIF = "image/gif"
_PDF = "application/pdf"
_LEVELS = ("LOW", "MEDIUM", "HIGH")
_MINIMAL = ("MINIMAL", *_LEVELS)
_XHIGH = (*_LEVELS, "XHIGH")
_LEVELS_OF: Mapping[str, tuple[str, ...]] = {
    "gemini-4-hydrogen": _XHIGH,
    "gemini-4-neon": _XHIGH,
    "gemini-3.6-flash": _MINIMAL,
    "gemini-3.5-flash": _MINIMAL,
    "gemini-3.1-flash-lite": _MINIMAL,
    "gemini-3-flash": _MINIMAL,
    "gemini-3.1-pro": _LEVELS,
    "gemini-3-pro": ("LOW", "HIGH"),
}
_BUDGETS_OF: Mapping[str, tuple[int, int, bool]] = {
    "gemini-2.5-pro": (128, 32_768, False),
    "gemini-2.5-flash-lite": (512, 24_576, True),
    "gemini-2.5-flash": (1, 24_576, True),
}
_ALIASES = {
    "gemini-pro-latest": "gemini-3.1-pro-preview",
    "gemini-flash-latest": "gemini-3.8-flash",
    "gemini-flash-lite-latest": "gemini-3.5-flash-lite",
}
"""Names that Google moves on; where they point now."""

LISTED: Final = (
    "gemini/gemini-pro-latest",
    "gemini/gemini-flash-latest",
    "gemini/gemini-flash-lite-latest",
)
"""The models that clients may pick without a rule for them."""


@dataclass(frozen=True, slots=True)
class Family:
    """A model as the converters see it.

    Attributes:
        name: whose signatures and thoughts are its own: for Gemini the model's name, as in the `gemini` transport.
        provider: LiteLLM's name for who runs it.
        generation: Gemini's generation; 0 for every other model.
        target: what the bridge's other parts may know.
    """

    name: str
    provider: str
    generation: float
    target: Target

    @property
    def is_gemini(self) -> bool:
        """Whether LiteLLM speaks Gemini's own API to it."""
        return self.generation > 0


def family_of(model: str, dialects: Mapping[str, Dialect]) -> Family:
    """What is known of a model, by LiteLLM's name for it; `dialects` by glob, the first that fits counts."""
    provider, _, rest = model.partition("/")
    name = rest.rsplit("/", 1)[-1]
    schema: Dialect = next((dialects[glob] for glob in dialects if fnmatchcase(model, glob)), "json-schema")
    if provider in {"gemini", "vertex_ai", "vertex_ai_beta"} and name.startswith("gemini-"):
        return _gemini(provider, _ALIASES.get(name, name), schema)
    return Family(model, provider, 0.0, replace(_target(model), schema=schema))


def _gemini(provider: str, name: str, schema: Dialect) -> Family:
    found = re.search(r"gemini-(\d+(?:\.\d+)?)", name)
    generation = float(found[1]) if found else GEMINI_4
    media = (*_IMAGES, _PDF, "text/plain")
    target = Target(1_048_576, 65_536, schema=schema, media=media, resumes=True, family="gemini")
    budget = _longest(name, _BUDGETS_OF)
    if budget is not None or generation < GEMINI_3:
        low, high, can_stop = budget or (0, 24_576, True)
        target = replace(target, thinking="budget", thinking_budget=(low, high), thinking_can_stop=can_stop)
    else:
        levels = _longest(name, _LEVELS_OF) or _LEVELS
        target = replace(target, thinking="levels", thinking_levels=levels, thinking_can_stop=False)
    return Family(name, provider, generation, target)


def _longest(name: str, table: Mapping[str, Any]) -> Any:
    matching = [prefix for prefix in table if name.startswith(prefix)]
    return table[max(matching, key=len)] if matching else None


def _target(model: str) -> Target:
    """What LiteLLM's table says; cautious guesses where it says nothing, or nobody needed LiteLLM yet."""
    info = _info(model)
    media = (*_IMAGES, _GIF) if info.get("supports_vision", True) is not False else ()
    if info.get("supports_pdf_input"):
        media = (*media, _PDF)
    unknown = Target()
    return Target(
        context_tokens=info.get("max_input_tokens") or unknown.context_tokens,
        output_tokens=info.get("max_output_tokens") or unknown.output_tokens,
        media=media,
        family="claude" if "claude" in model else "",
    )


def _info(model: str) -> Mapping[str, Any]:
    module = loaded()
    if module is not None:
        with suppress(Exception):  # whatever it raises for a model it does not know
            found: Mapping[str, Any] = module.get_model_info(model)
            return {name: value for name, value in found.items() if value is not None}
    return {}
