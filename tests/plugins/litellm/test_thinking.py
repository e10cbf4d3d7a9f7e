"""How much to think."""

import pytest

from cgb_plugins.litellm.models import family_of
from cgb_plugins.litellm.thinking import output_tokens, thinking

from .kit import GPT, NEW, OLD, request_of

OFF, SOME, ADAPTIVE = {"type": "disabled"}, {"type": "enabled", "budget_tokens": 5_000}, {"type": "adaptive"}


@pytest.mark.parametrize(
    ("model", "asked", "effort", "found"),
    [
        (NEW, None, None, {}),
        (NEW, OFF, None, {"thinkingConfig": {"thinkingLevel": "MINIMAL", "includeThoughts": False}}),
        (NEW, SOME, None, {"thinkingConfig": {"thinkingLevel": "MEDIUM", "includeThoughts": True}}),
        (NEW, ADAPTIVE, None, {"thinkingConfig": {"includeThoughts": True}}),
        (NEW, ADAPTIVE, "max", {"thinkingConfig": {"thinkingLevel": "HIGH", "includeThoughts": True}}),
        (
            "gemini/gemini-4-neon",
            ADAPTIVE,
            "max",
            {"thinkingConfig": {"thinkingLevel": "XHIGH", "includeThoughts": True}},
        ),
        (
            "gemini/gemini-3-pro-preview",
            SOME,
            None,
            {"thinkingConfig": {"thinkingLevel": "HIGH", "includeThoughts": True}},
        ),
        (OLD, OFF, None, {"thinkingConfig": {"thinkingBudget": 0, "includeThoughts": False}}),
        ("gemini/gemini-2.5-pro", OFF, None, {"thinkingConfig": {"thinkingBudget": 128, "includeThoughts": False}}),
        (
            OLD,
            {**SOME, "budget_tokens": 99_999},
            None,
            {"thinkingConfig": {"thinkingBudget": 24_576, "includeThoughts": True}},
        ),
        (OLD, ADAPTIVE, "low", {"thinkingConfig": {"thinkingBudget": 4_096, "includeThoughts": True}}),
        (OLD, ADAPTIVE, None, {"thinkingConfig": {"thinkingBudget": -1, "includeThoughts": True}}),
        (GPT, OFF, None, {}),
        (GPT, SOME, None, {"reasoning_effort": "medium"}),
        (GPT, ADAPTIVE, "xhigh", {"reasoning_effort": "high"}),
        (GPT, ADAPTIVE, None, {}),
    ],
)
def test_what_each_is_told(model, asked, effort, found):
    """LiteLLM ignores budgets from Gemini 3 on, clamps none before, and refuses `xhigh`."""
    assert thinking(request_of(thinking=asked, output_config={"effort": effort}), family_of(model, {})) == found


def test_room_for_thoughts():
    """Claude Code's classifier asks for 64 tokens."""
    target = family_of(NEW, {}).target

    assert output_tokens(request_of(max_tokens=64), target) == 64 + 4_096
    assert output_tokens(request_of(max_tokens=900_000), target) == 65_536
    assert output_tokens(request_of(max_tokens=None), target) is None
    off = request_of(max_tokens=64, thinking=OFF)
    assert output_tokens(off, family_of(OLD, {}).target) == 64
