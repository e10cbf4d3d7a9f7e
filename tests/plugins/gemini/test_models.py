import pytest

from cgb.testing.gemini_server import catalog
from cgb_plugins.gemini.models import ALIASES, LISTED, family_of, listed


@pytest.mark.parametrize("name", [*catalog.MODELS, *catalog.ALIASES])
def test_facts_are_those_of_the_service(name):
    model, target = catalog.find(name), family_of(name).target

    assert target.thinking == ("levels" if model.levels else "budget")
    assert target.thinking_levels == model.levels
    assert target.thinking_budget == (model.budget or (0, 0))
    assert target.thinking_can_stop == model.can_stop_thinking
    assert (family_of(name).generation >= 3) == model.signs
    assert target.context_tokens == catalog.WINDOW
    assert target.output_tokens <= model.max_output
    assert target.schema == "gemini-json-schema"
    assert not target.prefill
    assert not target.native


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_points_where_the_service_points_it(alias):
    assert catalog.ALIASES[alias] == ALIASES[alias]
    assert family_of(alias).target == family_of(ALIASES[alias]).target


def test_every_model_of_the_service_is_listed():
    assert set(catalog.MODELS) <= set(LISTED)
    assert set(LISTED) <= {*catalog.MODELS, *catalog.ALIASES}


def test_every_model_is_listed_under_a_name_that_claude_codes_discovery_keeps():
    models = {model.id: model for model in listed("gemini")}

    assert len(models) == 2 * len(LISTED)
    for name in LISTED:
        assert models[f"claude-{name}"].route.model == models[name].route.model == name
        assert models[name].route.transport == "gemini"
        assert models[name].display_name


@pytest.mark.parametrize(
    ("name", "thinking", "levels"),
    [
        ("gemini-3.9-flash", "levels", ("LOW", "MEDIUM", "HIGH")),
        ("gemini-5-xenon", "levels", ("LOW", "MEDIUM", "HIGH")),
        ("gemini-3.5-flash-lite-002", "levels", ("MINIMAL", "LOW", "MEDIUM", "HIGH")),
        ("gemini-2.5-flash-lite-preview-09-2025", "budget", ()),
        ("gemini-2.0-flash", "budget", ()),
        ("some-tuned-model", "levels", ("LOW", "MEDIUM", "HIGH")),
    ],
)
def test_a_name_nobody_knows_is_taken_for_the_nearest_kind(name, thinking, levels):
    target = family_of(name).target

    assert (target.thinking, target.thinking_levels) == (thinking, levels)


def test_the_longest_known_name_wins():
    assert family_of("gemini-2.5-flash-lite").target.thinking_budget[0] == 512
    assert family_of("gemini-2.5-flash").target.thinking_budget[0] == 1
    assert family_of("gemini-3.1-pro-preview-customtools").target.thinking_levels == ("LOW", "MEDIUM", "HIGH")
    assert family_of("gemini-3-pro-preview").target.thinking_levels == ("LOW", "HIGH")


def test_only_from_gemini_3_on_a_function_response_holds_files():
    assert family_of("gemini-2.5-pro").target.media_in_tool_results == ()
    assert "image/png" in family_of("gemini-3-flash-preview").target.media_in_tool_results
    assert "image/gif" not in family_of("gemini-4-neon").target.media
