"""What Gemini's finish reasons come to."""

import pytest

from cgb import Context, Usage
from cgb.messages import Writer
from cgb.testing import assert_stream
from cgb_plugins.gemini.finish import SPOILT, ended, nothing, passing, refusal, spoilt

from .kit import request_of


@pytest.mark.parametrize("reason", SPOILT)
def test_a_spoilt_answer_says_what_gemini_said_of_it(reason):
    error = spoilt(reason, "because", ({"name": "Bash", "input": {}},))

    assert (error.kind, error.upstream_reason, error.detail) == (SPOILT[reason], reason, "because")
    assert error.calls == ({"name": "Bash", "input": {}},)
    assert "because" in error.message


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("MALFORMED_FUNCTION_CALL", {"function_calling": "VALIDATED"}),
        ("MISSING_THOUGHT_SIGNATURE", {"signatures": "dummy"}),
        ("MALFORMED_RESPONSE", {}),
    ],
)
def test_some_have_a_remedy(reason, remedy):
    assert spoilt(reason, "", ()).remedy == remedy


@pytest.mark.parametrize(("reason", "kind", "stop"), [("STOP", "empty", ""), ("MAX_TOKENS", "no_room", "max_tokens")])
def test_an_empty_answer_ends_honestly_where_it_was_a_limit(reason, kind, stop):
    """Thoughts that eat the whole budget: BerriAI/litellm#36881."""
    error = nothing(reason, "")

    assert (error.kind, error.stop_reason) == (kind, stop)


@pytest.mark.parametrize(("reason", "kind"), [("RECITATION", "recitation"), ("OTHER", "other")])
def test_a_refusal_that_may_pass_is_one_when_it_does_not(reason, kind):
    error = passing(reason, "because")

    assert (error.kind, error.stop_reason) == (kind, "refusal")
    assert error.message == f"Gemini refused to answer: {reason} because."


@pytest.mark.parametrize("reason", ["SAFETY", "PROHIBITED_CONTENT", "LANGUAGE", "STOP"])
def test_others_do_not_pass(reason):
    assert passing(reason, "") is None


def test_a_refusal_says_why():
    writer = Writer("m")
    message = assert_stream([*writer.start(), *refusal(writer, "SAFETY", Usage(output_tokens=1))])

    assert message.content[0].text == "\n\n[Gemini refused to answer: SAFETY.]"
    assert message.get("stop_details")["explanation"] == "Gemini refused to answer: SAFETY."


@pytest.mark.parametrize(("reason", "notes"), [("STOP", 0), ("TOO_MANY_TOOL_CALLS", 1)])
def test_an_unusual_end_is_noted(reason, notes):
    ctx = Context(request_of())

    assert ended(reason, ctx) == "end_turn"
    assert len(ctx.notes) == notes
