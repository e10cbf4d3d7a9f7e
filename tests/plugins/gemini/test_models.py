import pytest

from cgb.testing.gemini_server import catalog
from cgb_plugins.gemini.models import ALIASES, LISTED, Catalogue, family_of, listed


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
    assert target.resumes
    assert not target.prefill
    assert not target.native
    assert target.family == "gemini"


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


# What the service says of itself


def described(name, **fields):
    return {
        "name": f"models/{name}",
        "inputTokenLimit": 1000,
        "outputTokenLimit": 100,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
        **fields,
    }


def offered(catalogue):
    return [model.id for model in catalogue.models if not model.id.startswith("claude-")]


def test_the_bundled_table_serves_until_the_service_has_spoken():
    catalogue = Catalogue("gemini")

    assert catalogue.models == listed("gemini")
    assert catalogue.family("gemini-3.8-flash") == family_of("gemini-3.8-flash")


def test_the_services_own_list():
    catalogue = Catalogue("gemini")

    catalogue.refresh([described("gemini-9-new"), described("gemini-2.5-pro"), described("gemini-4-neon")])

    assert offered(catalogue) == [*ALIASES, "gemini-4-neon", "gemini-2.5-pro", "gemini-9-new"]
    assert catalogue.family("gemini-2.5-pro").target.context_tokens == 1000
    assert catalogue.family("gemini-2.5-pro").target.output_tokens == 100
    assert catalogue.family("gemini-2.5-pro").target.thinking == "budget"
    assert catalogue.family("gemini-3.8-flash") == family_of("gemini-3.8-flash")


@pytest.mark.parametrize(
    "other",
    [
        described("text-embedding-004"),
        described("gemini-embedding-001", supportedGenerationMethods=["embedContent"]),
        described("gemini-odd", supportedGenerationMethods=None),
        {},
        {"name": None},
    ],
)
def test_models_that_cannot_answer_are_not_offered(other):
    catalogue = Catalogue("gemini")
    catalogue.refresh([other, described("gemini-4-neon")])
    assert offered(catalogue) == [*ALIASES, "gemini-4-neon"]


@pytest.mark.parametrize("found", [[], [{}], [described("text-bison")]])
def test_a_list_of_nothing_changes_nothing(found):
    catalogue = Catalogue("gemini")
    catalogue.refresh(found)
    assert catalogue.models == listed("gemini")


@pytest.mark.parametrize("limit", [None, 0, -1, "many", 1.5])
def test_a_limit_that_is_none(limit):
    catalogue = Catalogue("gemini")
    catalogue.refresh([described("gemini-4-neon", outputTokenLimit=limit)])
    assert catalogue.family("gemini-4-neon") == family_of("gemini-4-neon")


def test_an_alias_is_what_answered_under_its_name():
    catalogue = Catalogue("gemini")

    catalogue.learn("gemini-flash-latest", "gemini-2.5-flash")

    family = catalogue.family("gemini-flash-latest")
    assert family.target == family_of("gemini-2.5-flash").target
    assert family.generation == 2.5


def test_signatures_keep_the_name_under_which_they_were_given():
    """A bridge that was started anew has learnt nothing yet."""
    catalogue = Catalogue("gemini")
    before = catalogue.family("gemini-flash-latest").name

    catalogue.learn("gemini-flash-latest", "gemini-3.9-flash-002")

    assert catalogue.family("gemini-flash-latest").name == before == "gemini-3.8-flash"


@pytest.mark.parametrize("version", ["", "models/odd", "tuned-1"])
def test_a_version_nobody_knows_teaches_nothing(version):
    catalogue = Catalogue("gemini")
    catalogue.learn("gemini-4-neon", version)
    assert catalogue.family("gemini-4-neon") == family_of("gemini-4-neon")


def test_a_gateway_may_want_tools_in_another_dialect():
    assert Catalogue("gemini", "openapi").family("gemini-pro-latest").target.schema == "openapi"
    assert Catalogue("gemini").family("gemini-pro-latest").target.schema == "gemini-json-schema"
