import pytest

from cgb import MessagesRequest
from cgb.config import Config
from cgb.testing import ScriptedTransport, ask, plugin_of
from cgb_plugins import model_map
from cgb_plugins.model_map import ModelMap, choose_route


def route(model, **settings):
    request = MessagesRequest.model_validate({"model": model, "messages": [{"role": "user", "content": "Hi"}]})
    return choose_route(request, ModelMap(**settings))


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        ("claude-opus-5-5", "gemini/gemini-pro-latest"),
        ("claude-sonnet-5", "gemini/gemini-pro-latest"),
        ("claude-fable-1", "gemini/gemini-pro-latest"),
        ("claude-3-7-sonnet-20250219", "gemini/gemini-pro-latest"),
        ("claude-haiku-5-5", "gemini/gemini-flash-latest"),
        ("claude-3-5-haiku-20241022", "gemini/gemini-flash-latest"),
        ("gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("gemini-9-from-the-future", "gemini/gemini-9-from-the-future"),
        ("claude-gemini-3.8-flash", "gemini/gemini-3.8-flash"),
        ("claude-opus-5-5[1m]", "gemini/gemini-pro-latest"),
        ("gemini-2.5-pro[1m]", "gemini/gemini-2.5-pro"),
        ("claude-gemini-2.5-pro[1m]", "gemini/gemini-2.5-pro"),
        ("models/gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ("models/gemini-2.5-pro[1m]", "gemini/gemini-2.5-pro"),
        ("litellm/openai/gpt-5", "litellm/openai/gpt-5"),
        ("litellm/claude-haiku", "litellm/claude-haiku"),
        ("claude-litellm/gemini/gemini-2.5-pro", "litellm/gemini/gemini-2.5-pro"),
    ],
)
def test_where_a_name_goes(asked, goes_to):
    """Every `claude-*` name has to go somewhere: subagents ask for names of their own (Claude Code contract, body)."""
    found = route(asked)

    assert str(found) == goes_to
    assert found.why


@pytest.mark.parametrize("asked", ["gpt-5", "sonnet", "llama"])
def test_a_name_it_does_not_know_is_left_to_others(asked):
    assert route(asked) is None


@pytest.mark.parametrize(
    ("settings", "asked", "goes_to"),
    [
        ({"big_model": "gemini-4-neon"}, "claude-opus-5-5", "gemini/gemini-4-neon"),
        ({"small_model": "gemini-2.5-flash"}, "claude-haiku-5-5", "gemini/gemini-2.5-flash"),
        ({"big_model": "litellm/openai/gpt-5"}, "claude-opus-5-5", "litellm/openai/gpt-5"),
        ({"transport": "mine", "big_model": "m"}, "claude-opus-5-5", "mine/m"),
        ({"big_model": "models/gemini-4-neon"}, "claude-opus-5-5", "gemini/gemini-4-neon"),
        ({"transport": "mine"}, "gemini-2.5-pro", "gemini/gemini-2.5-pro"),
        ({"transport": "litellm"}, "gemini-2.5-pro", "litellm/gemini/gemini-2.5-pro"),
        ({"transport": "litellm"}, "models/gemini-2.5-pro", "litellm/gemini/gemini-2.5-pro"),
        ({"transport": "litellm"}, "claude-opus-5-5", "litellm/gemini/gemini-pro-latest"),
        ({"transport": "litellm"}, "claude-haiku-5-5", "litellm/gemini/gemini-flash-latest"),
        ({"transport": "litellm", "big_model": "gpt-5"}, "claude-opus-5-5", "litellm/gpt-5"),
        ({"transport": "litellm", "big_model": "gemini/gemini-4"}, "claude-opus-5-5", "gemini/gemini-4"),
    ],
)
def test_the_table(settings, asked, goes_to):
    assert str(route(asked, **settings)) == goes_to


def test_the_environment_names_the_models():
    config = Config(environ={"BIG_MODEL": "gemini-4-neon", "SMALL_MODEL": "gemini-2.5-flash"})

    settings = config.plugin_settings({"model-map": ModelMap}, ["model-map"])["model-map"]

    assert settings == ModelMap(big_model="gemini-4-neon", small_model="gemini-2.5-flash")


def test_in_a_pipeline():
    gemini = ScriptedTransport("Hello.")

    asked = ask("Hi", [plugin_of(gemini, "gemini"), model_map])

    assert asked.message.model == "claude-sonnet-5"
    assert [str(sent.route) for sent in gemini.requests] == ["gemini/gemini-pro-latest"]
