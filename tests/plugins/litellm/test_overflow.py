"""Too long."""

import pytest

from cgb_plugins.litellm.overflow import overflow

AGAIN = "decrease input length or `max_tokens` and try again"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (
            "The input token count (12) exceeds the maximum number of tokens allowed (10).",
            "prompt is too long: 12 tokens > 10 maximum",
        ),
        ("input exceeds the maximum number of tokens allowed 10", "prompt is too long: 11 tokens > 10 maximum"),
        (
            "This model's maximum context length is 10 tokens. However, your messages resulted in 12 tokens.",
            "prompt is too long: 12 tokens > 10 maximum",
        ),
        ("prompt is too long: 12 tokens > 10 maximum", "prompt is too long: 12 tokens > 10 maximum"),
        (
            "maximum context length is 10 tokens. You requested 12 tokens (7 in the messages, 5 in the completion)",
            f"input length and `max_tokens` exceed context limit: 7 + 5 > 10, {AGAIN}",
        ),
    ],
)
def test_the_words_that_make_claude_code_compact(said, found):
    assert overflow(said).message == found


def test_other_words():
    assert overflow("The context size is 10.") is None
    assert overflow("The context size is 10.", is_known=True).message == "prompt is too long: 11 tokens > 10 maximum"
    assert overflow("Too much.", is_known=True).message == "prompt is too long: Too much."
