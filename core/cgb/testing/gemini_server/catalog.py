"""The models the simulated service has, and what each of them allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json

WINDOW = 1_048_576
HOP = 65_536


@dataclass(frozen=True, slots=True)
class Model:
    """One model: a family number, and how its thinking is controlled."""

    name: str
    family: float
    levels: tuple[str, ...] = ()
    default_level: str = ""
    budget: tuple[int, int] | None = None
    can_stop_thinking: bool = False
    thinks: bool = True

    @property
    def signs(self) -> bool:
        """Whether function calls must come back with their thought signature."""
        return self.family >= 3  # noqa: PLR2004 - "Gemini 3 and later" is the documented line

    @property
    def unified(self) -> bool:
        """Gemini 4: one window for input and output, and `maxOutputTokens` spans all hops."""
        return self.family >= 4  # noqa: PLR2004 - the same, for Gemini 4

    @property
    def max_output(self) -> int:
        """The highest `maxOutputTokens`."""
        return WINDOW if self.unified else HOP

    def describe(self) -> Json:
        """The model as `GET /v1beta/models` shows it."""
        return {
            "name": f"models/{self.name}",
            "version": "001",
            "displayName": self.name.replace("-", " ").title(),
            "description": "A simulated model.",
            "inputTokenLimit": WINDOW,
            "outputTokenLimit": HOP,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
            "temperature": 1,
            "topP": 0.95,
            "topK": 64,
            "maxTemperature": 2,
            "thinking": True,
        }


FOUR = ("MINIMAL", "LOW", "MEDIUM", "HIGH")
THREE = FOUR[1:]
WITH_XHIGH = (*THREE, "XHIGH")
MODELS = {
    model.name: model
    for model in (
        Model("gemini-4-argon", 4, THREE, "MEDIUM"),
        Model("gemini-4-carbon", 4, THREE, "MEDIUM"),
        Model("gemini-4-hydrogen", 4, WITH_XHIGH, "HIGH"),
        Model("gemini-4-neon", 4, WITH_XHIGH, "HIGH"),
        Model("gemini-3.8-flash", 3.8, THREE, "MEDIUM"),
        Model("gemini-3.7-flash", 3.7, THREE, "MEDIUM"),
        Model("gemini-3.6-flash", 3.6, FOUR, "MEDIUM"),
        Model("gemini-3.5-flash", 3.5, FOUR, "MEDIUM"),
        Model("gemini-3.5-flash-lite", 3.5, FOUR, "MINIMAL"),
        Model("gemini-3-flash-preview", 3, FOUR, "HIGH"),
        Model("gemini-3.1-flash-lite", 3.1, FOUR, "MINIMAL"),
        Model("gemini-3.1-pro-preview", 3.1, THREE, "HIGH"),
        Model("gemini-3.1-pro-preview-customtools", 3.1, THREE, "HIGH"),
        Model("gemini-3-pro-preview", 3, ("LOW", "HIGH"), "HIGH"),
        Model("gemini-2.5-pro", 2.5, budget=(128, 32_768)),
        Model("gemini-2.5-flash", 2.5, budget=(1, 24_576), can_stop_thinking=True),
        Model("gemini-2.5-flash-lite", 2.5, budget=(512, 24_576), can_stop_thinking=True, thinks=False),
    )
}
ALIASES = {
    "gemini-pro-latest": "gemini-3.1-pro-preview",
    "gemini-flash-latest": "gemini-3.8-flash",
    "gemini-flash-lite-latest": "gemini-3.5-flash-lite",
    "gemini-3-pro": "gemini-3-pro-preview",
}


def find(name: str) -> Model | None:
    """The model a name or alias means."""
    return MODELS.get(ALIASES.get(name, name))


def page(size: int, token: str) -> Json:
    """One page of the model list; the token is the number of models already seen."""
    start = int(token) if token.isdecimal() else 0
    names = list(MODELS)
    answer: Json = {"models": [MODELS[name].describe() for name in names[start : start + size]]}
    if start + size < len(names):
        answer["nextPageToken"] = str(start + size)
    return answer
