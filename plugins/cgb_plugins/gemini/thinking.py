"""How much Gemini may think, and what room its answer needs besides (Gemini API contract, thinking)."""

from typing import Any

from cgb import MessagesRequest, Target

_BUDGETS = {"low": 4_096, "medium": 8_192, "high": 24_576}
_ROOM_BELOW = 4_096
_ROOM = 4_096


def thinking_config(request: MessagesRequest, target: Target) -> dict[str, Any]:
    """`generationConfig.thinkingConfig`; empty leaves it to the model."""
    thinking = request.thinking
    if thinking is None:
        return {}
    effort = request.output_config.effort if request.output_config else None
    if target.thinking == "levels":
        return _level(thinking.type, thinking.budget_tokens, effort, target.thinking_levels)
    if target.thinking == "budget":
        return _budget(thinking.type, thinking.budget_tokens, effort, target)
    return {}


def output_tokens(request: MessagesRequest, target: Target) -> int | None:
    """`generationConfig.maxOutputTokens`: what the client asked for and room to think, within the model's limit."""
    if request.max_tokens is None:
        return None
    return min(request.max_tokens + _room(request, target), target.output_tokens)


def visible_tokens(request: MessagesRequest, target: Target) -> int | None:
    """Where the bridge itself has to end the text, because Gemini was given more room than the client asked for."""
    return request.max_tokens if _room(request, target) else None


def _room(request: MessagesRequest, target: Target) -> int:
    """Thoughts count too: a small limit (Claude Code's classifier asks for 64) would be eaten by them."""
    off = request.thinking is not None and request.thinking.type == "disabled"
    thinks = target.thinking != "none" and not (off and target.thinking_can_stop)
    return _ROOM if thinks and (request.max_tokens or 0) < _ROOM_BELOW else 0


def _level(kind: str, budget: int | None, effort: str | None, levels: tuple[str, ...]) -> dict[str, Any]:
    match kind:
        case "disabled":
            return {"thinkingLevel": levels[0], "includeThoughts": False}
        case "enabled" if budget is not None:
            wanted = "LOW" if budget < 4_000 else "MEDIUM" if budget < 16_000 else "HIGH"  # noqa: PLR2004 - the contract's
        case _ if effort:
            wanted = {"low": "LOW", "medium": "MEDIUM", "high": "HIGH"}.get(effort, levels[-1])
        case _:
            return {"includeThoughts": True}
    return {"thinkingLevel": _offered(wanted, levels), "includeThoughts": True}


def _offered(wanted: str, levels: tuple[str, ...]) -> str:
    """The level, or the next higher one that the model has: gemini-3-pro knows only LOW and HIGH."""
    order = ("MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH")
    above = [level for level in levels if order.index(level) >= order.index(wanted)]
    return above[0] if above else levels[-1]


def _budget(kind: str, budget: int | None, effort: str | None, target: Target) -> dict[str, Any]:
    low, high = target.thinking_budget
    match kind:
        case "disabled":
            return {"thinkingBudget": 0 if target.thinking_can_stop else low, "includeThoughts": False}
        case "enabled" if budget is not None:
            wanted = budget
        case _ if effort:
            wanted = _BUDGETS.get(effort, high)
        case _:
            return {"thinkingBudget": -1, "includeThoughts": True}
    return {"thinkingBudget": min(max(wanted, low), high), "includeThoughts": True}
