"""How many tokens an answer may take: thinking counts against `maxOutputTokens`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cgb.testing.gemini_server.tokens import PER_TOKEN, estimate

if TYPE_CHECKING:
    from cgb.testing.gemini_server.request import Request
    from cgb.testing.gemini_server.scripts import Step

USUAL = 40
BRIEF = 8
HEAVY = 4096
# Below the first, thinking leaves no room for an answer; up to the second it is kept brief.
TINY = 64
SMALL = 128


def thinks(request: Request) -> bool:
    """Whether the model thinks on this request."""
    thinking, model = request.thinking, request.model
    if "thinkingBudget" in thinking:
        return bool(thinking["thinkingBudget"])
    level = thinking.get("thinkingLevel", "THINKING_LEVEL_UNSPECIFIED")
    return model.thinks and (model.default_level if level.endswith("UNSPECIFIED") else level) != "MINIMAL"


def spend(request: Request, step: Step) -> tuple[Step, int]:
    """What of a step fits, and how many tokens went into thinking."""
    limit = request.config.get("maxOutputTokens")
    thinking = _thinking(request, step, limit)
    if not thinking:
        step = replace(step, thoughts="")
    if limit is None or step.finish != "STOP":
        return step, thinking
    room = limit - thinking
    if room <= 0:
        return replace(step, text="", calls=(), finish="MAX_TOKENS"), limit
    if estimate(step.text) > room:
        return replace(step, text=step.text[: room * PER_TOKEN], calls=(), finish="MAX_TOKENS"), thinking
    return step, thinking


def _thinking(request: Request, step: Step, limit: int | None) -> int:
    if step.thinking == "heavy":
        return HEAVY
    if not thinks(request):
        return 0
    return BRIEF if limit is not None and TINY <= limit < SMALL else max(USUAL, estimate(step.thoughts))
