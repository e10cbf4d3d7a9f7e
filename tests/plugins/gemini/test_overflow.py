"""What is too long, in the words that Claude Code acts upon (Claude Code contract, errors)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cgb import InvalidRequest
from cgb_plugins.gemini.overflow import overflow

COUNTS = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("said", "given", "limit"),
    [
        # google-gemini/gemini-cli#12098, #11916, #4692
        ("The input token count (317740) exceeds the maximum number of tokens allowed (131072).", 317740, 131072),
        ("The input token count (218152) exceeds the maximum number of tokens allowed (65536).", 218152, 65536),
        ("The input token count (2845475) exceeds the maximum number of tokens allowed (1048576).", 2845475, 1048576),
        # google-gemini/gemini-cli#15184: not how many, so at least one too many
        ("The input token count exceeds the maximum number of tokens allowed 1048576.", 1048577, 1048576),
        # Vertex
        (
            "Unable to submit request because the input token count is 1140547 but model only supports up to 1048576.",
            1140547,
            1048576,
        ),
        # dyad-sh/dyad#403: a LiteLLM proxy's words round Gemini's
        (
            "BadRequest - b'The input token count (1066750) exceeds the maximum number of tokens allowed (1048575).'",
            1066750,
            1048575,
        ),
        ("prompt is too long: 5 tokens > 4 maximum", 5, 4),
    ],
)
def test_a_prompt_that_is_too_long(said, given, limit):
    error = overflow(said)

    assert type(error) is InvalidRequest
    assert error.message == f"prompt is too long: {given} tokens > {limit} maximum"


@pytest.mark.parametrize(
    "said",
    [
        "input length and `max_tokens` exceed context limit: 1000000 + 64000 > 1048576, decrease it",
        "The sum of the input token count (1000000) + max output tokens (64000) = 1064000 exceeds the context window",
        "input tokens (1000000) + maxOutputTokens (64000) > 1048576: exceeds the model's context window.",
    ],
)
def test_a_window_that_input_and_answer_share(said):
    """Gemini 4: the client asks again with a smaller max_tokens (Gemini API contract, errors)."""
    error = overflow(said)

    assert type(error) is InvalidRequest
    assert error.message.startswith("input length and `max_tokens` exceed context limit: 1000000 + 64000 > ")
    assert error.message.endswith(", decrease input length or `max_tokens` and try again")


@pytest.mark.parametrize(
    "said",
    [
        "",
        "The input is nested too deeply.",
        "A schema in the request exceeds the maximum allowed nesting depth.",
        "The tools exceed the maximum of 128.",
    ],
)
def test_other_errors_are_not_taken_for_it(said):
    assert overflow(said) is None


@given(COUNTS, COUNTS)
def test_its_numbers_are_kept(count, limit):
    error = overflow(f"The input token count ({count}) exceeds the maximum number of tokens allowed ({limit}).")

    assert error is not None
    assert error.message == f"prompt is too long: {count} tokens > {limit} maximum"


@given(st.text())
def test_any_text_is_read(said):
    assert overflow(said) is None or "too long" in said or "exceed" in said
