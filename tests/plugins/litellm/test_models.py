"""What is known of models."""

import sys
from types import SimpleNamespace

import pytest

from cgb_plugins.litellm.models import family_of

DIALECTS = {"gemini/*": "openapi"}


@pytest.mark.parametrize(
    ("model", "name", "generation", "thinking"),
    [
        ("gemini/gemini-2.5-pro", "gemini-2.5-pro", 2.5, "budget"),
        ("gemini/gemini-3-flash-preview", "gemini-3-flash-preview", 3.0, "levels"),
        ("gemini/gemini-flash-latest", "gemini-3.8-flash", 3.8, "levels"),
        ("vertex_ai/gemini-4-neon", "gemini-4-neon", 4.0, "levels"),
        ("openai/gpt-5", "openai/gpt-5", 0.0, "none"),
        ("vertex_ai/claude-opus", "vertex_ai/claude-opus", 0.0, "none"),
    ],
)
def test_families(model, name, generation, thinking):
    family = family_of(model, DIALECTS)

    assert (family.name, family.generation, family.target.thinking) == (name, generation, thinking)
    assert family.target.schema == ("openapi" if model.startswith("gemini/") else "json-schema")


@pytest.mark.parametrize(
    ("model", "habits"),
    [
        ("gemini/gemini-2.5-pro", "gemini"),
        ("vertex_ai/gemini-4-neon", "gemini"),
        ("bedrock/anthropic.claude-opus-5-5-v1:0", "claude"),
        ("openai/gpt-5", ""),
    ],
)
def test_whose_habits_a_model_has(model, habits):
    assert family_of(model, DIALECTS).target.family == habits


def test_litellm_is_asked_where_it_is_there(monkeypatch):
    info = {"max_input_tokens": 9, "max_output_tokens": 5, "supports_vision": False, "supports_pdf_input": True}
    module = SimpleNamespace(acompletion=print, get_model_info=lambda _: info)
    monkeypatch.setitem(sys.modules, "litellm", module)
    target = family_of("openai/x", {}).target

    assert (target.context_tokens, target.output_tokens, target.media) == (9, 5, ("application/pdf",))


def test_a_model_that_litellm_does_not_know(monkeypatch):
    def fails(_):
        raise ValueError

    monkeypatch.setitem(sys.modules, "litellm", SimpleNamespace(acompletion=print, get_model_info=fails))

    assert family_of("openai/x", {}).target.context_tokens == 200_000
