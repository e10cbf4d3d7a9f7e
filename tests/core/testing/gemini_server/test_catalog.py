import pytest

from cgb.testing.gemini_server import catalog


@pytest.mark.parametrize(("alias", "name"), catalog.ALIASES.items())
def test_aliases(alias, name):
    assert catalog.find(alias) is catalog.MODELS[name]


def test_each_model_has_one_way_to_control_thinking():
    for model in catalog.MODELS.values():
        assert bool(model.levels) != bool(model.budget)
        assert not model.levels or model.default_level in model.levels
        assert model.signs == bool(model.levels)


def test_nobody():
    assert catalog.find("claude-opus") is None


def test_a_page_beyond_the_end():
    assert catalog.page(5, "1000") == {"models": []}
