"""`generationConfig` by model (Gemini API contract, request fields and models)."""

import itertools

import pytest

from cgb.testing.gemini_server import catalog

from .kit import MODELS, NEW, NEWEST, OLD, made, tool


def config(model, **fields):
    return made("Hi", model=model, **fields).body["generationConfig"]


@pytest.mark.parametrize("model", MODELS)
def test_stop_sequences_are_the_bridges_own(model):
    """Gemini takes five at most, and does not say which one it met."""
    assert "stopSequences" not in config(model, stop_sequences=[*"abcdefg", ""])


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        (OLD, {"temperature": 0.5, "topP": 0.25, "topK": 7}),
        (NEW, {"topP": 0.25, "topK": 7}),
        (NEWEST, {}),
    ],
)
def test_sampling(model, sent):
    found = config(model, temperature=0.5, top_p=0.25, top_k=7)

    assert {name: found[name] for name in ("temperature", "topP", "topK") if name in found} == sent


@pytest.mark.parametrize(("given", "sent"), [(None, None), (0.0, None), (1.0, None), (1.3, 1.3), (3.0, 2.0)])
def test_gemini_3_takes_a_temperature_above_its_own(given, sent):
    """A lower one is documented to risk loops; a higher one helps an answer that would come the same again."""
    assert config(NEW, temperature=given).get("temperature") == sent


@pytest.mark.parametrize(("top_p", "top_k", "sent"), [(1.5, 0, (1.0, 1)), (-1.0, -5, (0.0, 1)), (0.0, 1, (0.0, 1))])
def test_what_is_out_of_range_is_brought_into_it(top_p, top_k, sent):
    found = config(OLD, top_p=top_p, top_k=top_k)

    assert (found["topP"], found["topK"]) == sent


@pytest.mark.parametrize("form", [None, {}, {"type": "text"}, {"type": "brand_new", "schema": {}}])
def test_another_format_is_none(form):
    assert "responseMimeType" not in config(NEW, output_config={"format": form})


@pytest.mark.parametrize("model", catalog.MODELS)
def test_no_combination_is_refused(model):
    schema = {"type": "json_schema", "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
    for tools, form, tokens in itertools.product(([], [tool()]), (None, schema), (1, 64, 200_000)):
        made(
            "Hi", model=model, tools=tools, output_config={"format": form}, max_tokens=tokens,
            temperature=0.3, top_p=1.0, top_k=500, stop_sequences=["x"],
        )  # fmt: skip


@pytest.mark.parametrize(("model", "room"), [(NEW, 65_536), (NEWEST, 1_000)])
def test_gemini_4_writes_into_the_window_that_the_prompt_is_in(model, room):
    """Elsewhere the window is the prompt's alone (Gemini API contract, errors)."""
    words = "x" * 4 * (1_048_576 - 1_001)
    found = made(words, model=model, max_tokens=65_536).body["generationConfig"]
    assert found["maxOutputTokens"] == pytest.approx(room, abs=2)
