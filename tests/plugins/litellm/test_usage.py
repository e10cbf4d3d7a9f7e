"""Figures."""

from cgb_plugins.litellm.usage import usage_of


def test_figures_of_an_answer():
    usage = usage_of(
        {
            "prompt_tokens": 100,
            "completion_tokens": 30,
            "prompt_tokens_details": {"cached_tokens": 60, "web_search_requests": 2},
            "cache_creation_input_tokens": 10,
            "completion_tokens_details": {"reasoning_tokens": 20},
        },
        7,
    )

    assert (usage.input_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (30, 60, 10)
    assert (usage.output_tokens, usage.output_tokens_details) == (30, {"thinking_tokens": 20})
    assert usage.server_tool_use == {"web_search_requests": 2}


def test_no_figures():
    usage = usage_of({"prompt_tokens": None}, 7)

    assert (usage.input_tokens, usage.output_tokens) == (7, 0)
