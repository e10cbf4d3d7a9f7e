"""How much Gemini may think (Gemini API contract, thinking; known failures, thinking controls)."""

import itertools

import pytest

from cgb import Target
from cgb.testing.gemini_server import catalog
from cgb_plugins.gemini.models import family_of
from cgb_plugins.gemini.thinking import output_tokens, thinking_config

from .kit import accepted, convert, request_of

ADAPTIVE = {"type": "adaptive", "display": "updates"}
OFF = {"type": "disabled"}


def budget(tokens):
    return {"type": "enabled", "budget_tokens": tokens}


def effort(how):
    return {"effort": how}


def config(model, thinking, output=None):
    return thinking_config(request_of(thinking=thinking, output_config=output), family_of(model).target)


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-3-flash-preview", "gemini-4-neon"])
def test_what_the_client_leaves_open_is_left_to_the_model(model):
    assert config(model, None) == {}
    assert config(model, None, effort("high")) == {}


@pytest.mark.parametrize(
    ("model", "thinking", "output", "level"),
    [
        ("gemini-3.5-flash", OFF, None, "MINIMAL"),
        ("gemini-3.8-flash", OFF, None, "LOW"),
        ("gemini-4-argon", OFF, effort("high"), "LOW"),
        ("gemini-3-pro-preview", OFF, None, "LOW"),
        ("gemini-3.5-flash", budget(1024), None, "LOW"),
        ("gemini-3.5-flash", budget(3999), None, "LOW"),
        ("gemini-3.5-flash", budget(4000), None, "MEDIUM"),
        ("gemini-3.5-flash", budget(15_999), None, "MEDIUM"),
        ("gemini-3.5-flash", budget(16_000), None, "HIGH"),
        ("gemini-4-neon", budget(31_999), None, "HIGH"),
        ("gemini-4-neon", budget(2_000), effort("max"), "LOW"),
        ("gemini-3-pro-preview", budget(8_000), None, "HIGH"),
        ("gemini-3.8-flash", ADAPTIVE, effort("low"), "LOW"),
        ("gemini-3.8-flash", ADAPTIVE, effort("medium"), "MEDIUM"),
        ("gemini-3.8-flash", ADAPTIVE, effort("high"), "HIGH"),
        ("gemini-3.8-flash", ADAPTIVE, effort("xhigh"), "HIGH"),
        ("gemini-3.8-flash", ADAPTIVE, effort("max"), "HIGH"),
        ("gemini-4-hydrogen", ADAPTIVE, effort("xhigh"), "XHIGH"),
        ("gemini-4-neon", ADAPTIVE, effort("max"), "XHIGH"),
        ("gemini-4-argon", ADAPTIVE, effort("max"), "HIGH"),
        ("gemini-3-pro-preview", ADAPTIVE, effort("medium"), "HIGH"),
    ],
)
def test_a_level_from_gemini_3_on(model, thinking, output, level):
    made = config(model, thinking, output)

    assert made == {"thinkingLevel": level, "includeThoughts": thinking["type"] != "disabled"}


@pytest.mark.parametrize("wish", [OFF, ADAPTIVE, budget(5_000)])
def test_a_model_that_cannot_think_is_told_nothing(wish):
    request = request_of(thinking=wish, output_config=effort("high")).with_(max_tokens=64)

    assert thinking_config(request, Target()) == {}
    assert output_tokens(request, Target()) == 64


def test_adaptive_without_an_effort_is_the_models_own_level_with_its_thoughts():
    assert config("gemini-3.8-flash", ADAPTIVE) == {"includeThoughts": True}


@pytest.mark.parametrize(
    ("model", "thinking", "output", "tokens"),
    [
        ("gemini-2.5-flash", OFF, None, 0),
        ("gemini-2.5-flash-lite", OFF, None, 0),
        ("gemini-2.5-pro", OFF, None, 128),  # "Budget 0 is invalid. This model only works in thinking mode."
        ("gemini-2.5-pro", budget(1), None, 128),
        ("gemini-2.5-pro", budget(31_999), None, 31_999),
        ("gemini-2.5-pro", budget(99_999), None, 32_768),
        ("gemini-2.5-flash", budget(31_999), None, 24_576),  # neurolink#1707
        ("gemini-2.5-flash-lite", budget(100), None, 512),
        ("gemini-2.5-flash", ADAPTIVE, None, -1),
        ("gemini-2.5-flash", ADAPTIVE, effort("low"), 4_096),
        ("gemini-2.5-flash", ADAPTIVE, effort("medium"), 8_192),
        ("gemini-2.5-flash", ADAPTIVE, effort("high"), 24_576),
        ("gemini-2.5-pro", ADAPTIVE, effort("max"), 32_768),
    ],
)
def test_a_budget_within_its_range_before_gemini_3(model, thinking, output, tokens):
    made = config(model, thinking, output)

    assert made == {"thinkingBudget": tokens, "includeThoughts": thinking["type"] != "disabled"}


WISHES = [None, OFF, ADAPTIVE, *(budget(tokens) for tokens in (1, 1024, 31_999, 200_000))]
EFFORTS = [None, *map(effort, ("low", "medium", "high", "xhigh", "max", "unheard-of"))]


@pytest.mark.parametrize("model", catalog.MODELS)
def test_no_wish_is_refused_by_any_model(model):
    """Never level and budget together, never one that the model lacks: router-for-me/CLIProxyAPI#359."""
    for wish, how in itertools.product(WISHES, EFFORTS):
        accepted(convert(request_of(thinking=wish, output_config=how), model), model)


@pytest.mark.parametrize(
    ("model", "thinking", "asked", "sent"),
    [
        ("gemini-3-flash-preview", None, 64, 64 + 4096),
        ("gemini-3-flash-preview", OFF, 64, 64 + 4096),  # LOW still thinks: Claude Code's classifier asks for 64
        ("gemini-2.5-flash", OFF, 64, 64),
        ("gemini-2.5-pro", OFF, 64, 64 + 4096),
        ("gemini-2.5-flash", None, 64, 64 + 4096),
        ("gemini-2.5-flash", None, 4095, 4095 + 4096),
        ("gemini-2.5-flash", None, 4096, 4096),
        ("gemini-2.5-flash", None, 128_000, 65_536),
        ("gemini-4-argon", ADAPTIVE, 128_000, 65_536),
        ("gemini-4-argon", ADAPTIVE, None, None),
    ],
)
def test_small_answers_get_room_for_thoughts_and_large_ones_are_cut(model, thinking, asked, sent):
    """Thoughts count: with 64 tokens nothing would be left of the answer. BerriAI/litellm#36881."""
    request = request_of(thinking=thinking).with_(max_tokens=asked)

    assert output_tokens(request, family_of(model).target) == sent
