"""How much the model may think, and what room its answer needs besides (Gemini API contract, thinking).

LiteLLM's own mapping goes wrong on Gemini: it ignores budgets from 3 on, clamps none before, and refuses `xhigh`.
A `thinkingConfig` it hands on untouched, so Gemini gets its own; everyone else `reasoning_effort`, which LiteLLM
drops where the model has none.
"""

from typing import Any

from cgb import MessagesRequest, Target

from .models import Family

_BUDGETS = {"low": 4_096, "medium": 8_192, "high": 24_576}
_ROOM_BELOW = 4_096
_ROOM = 4_096
_MEDIUM_FROM = 4_000
_HIGH_FROM = 16_000
_ORDER = ("MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH")


def thinking(request: MessagesRequest, family: Family) -> dict[str, Any]:
    """The parameters that say how much to think; empty leaves it to the model."""
    if request.thinking is None:
        return {}
    if not family.is_gemini:
        return {"reasoning_effort": found} if (found := _effort(request)) else {}
    find = _level if family.target.thinking == "levels" else _budget
    return {"thinkingConfig": find(request, family.target)}


def output_tokens(request: MessagesRequest, target: Target) -> int | None:
    """`max_tokens`: what the client asked for and room to think, within the model's limit."""
    if request.max_tokens is None:
        return None
    return min(request.max_tokens + _room(request, target), target.output_tokens)


def _room(request: MessagesRequest, target: Target) -> int:
    """Gemini's thoughts count too: a small limit (Claude Code's classifier asks for 64) would be eaten by them."""
    off = request.thinking is not None and request.thinking.type == "disabled"
    thinks = target.thinking != "none" and not (off and target.thinking_can_stop)
    return _ROOM if thinks and (request.max_tokens or 0) < _ROOM_BELOW else 0


def _effort(request: MessagesRequest) -> str:
    """OpenAI's word for what the client asked; "" where it did not."""
    asked = request.thinking
    if asked is None or asked.type == "disabled":
        return ""
    if asked.type == "enabled" and asked.budget_tokens is not None:
        return _size(asked.budget_tokens).lower()
    effort = (request.output_config and request.output_config.effort) or ""
    return effort if effort in {"", "low", "medium", "high"} else "high"


def _size(budget: int) -> str:
    return "LOW" if budget < _MEDIUM_FROM else "MEDIUM" if budget < _HIGH_FROM else "HIGH"


def _level(request: MessagesRequest, target: Target) -> dict[str, Any]:
    levels, asked = target.thinking_levels, request.thinking
    effort = request.output_config.effort if request.output_config else None
    if asked is None or asked.type == "disabled":
        return {"thinkingLevel": levels[0], "includeThoughts": False}
    if asked.type == "enabled" and asked.budget_tokens is not None:
        wanted = _size(asked.budget_tokens)
    elif effort:
        wanted = effort.upper() if effort in _BUDGETS else levels[-1]
    else:
        return {"includeThoughts": True}
    above = [level for level in levels if _ORDER.index(level) >= _ORDER.index(wanted)]
    return {"thinkingLevel": above[0] if above else levels[-1], "includeThoughts": True}


def _budget(request: MessagesRequest, target: Target) -> dict[str, Any]:
    (low, high), asked = target.thinking_budget, request.thinking
    effort = request.output_config.effort if request.output_config else None
    if asked is None or asked.type == "disabled":
        return {"thinkingBudget": 0 if target.thinking_can_stop else low, "includeThoughts": False}
    if asked.type == "enabled" and asked.budget_tokens is not None:
        wanted = asked.budget_tokens
    elif effort:
        wanted = _BUDGETS.get(effort, high)
    else:
        return {"thinkingBudget": -1, "includeThoughts": True}
    return {"thinkingBudget": min(max(wanted, low), high), "includeThoughts": True}
