"""Ends of answers."""

import pytest

from cgb import Context
from cgb_plugins.litellm.finish import cut, nothing, passing, reason_of, spoilt, stop_reason

from .kit import request_of


@pytest.mark.parametrize(
    ("reason", "native", "is_gemini", "found"),
    [
        ("stop", "", False, "stop"),
        ("stop", "", True, ""),
        ("stop", "STOP", True, "stop"),
        ("stop", "CONTINUATION", True, "length"),
        ("content_filter", "", True, "content_filter"),
        ("stop", "MODEL_ARMOR", True, "content_filter"),
        (None, "", False, ""),
    ],
)
def test_the_reason_that_was_really_given(reason, native, is_gemini, found):
    assert reason_of({"reason": reason, "native": native}, is_gemini=is_gemini) == found


@pytest.mark.parametrize(
    ("native", "kind"),
    [
        ("MALFORMED_FUNCTION_CALL", "malformed_call"),
        ("UNEXPECTED_TOOL_CALL", "unexpected_tool_call"),
        ("MALFORMED_RESPONSE", "malformed"),
        ("MISSING_THOUGHT_SIGNATURE", "missing_signature"),
    ],
)
def test_what_litellm_calls_a_stop(native, kind):
    failure = spoilt("m", {"native": native, "detail": "why"})

    assert (failure.kind, failure.upstream_reason, failure.detail) == (kind, native, "why")
    assert spoilt("m", {"native": "STOP"}) is None


def test_nothing_and_half_of_it():
    assert (cut("m").kind, nothing("m", "stop").kind, nothing("m", "length").kind) == ("cut", "empty", "no_room")
    assert nothing("m", "length").stop_reason == "max_tokens"


def test_refusals_that_pass():
    assert passing("m", {"native": "RECITATION"}).kind == "recitation"
    assert passing("m", {"native": "SAFETY"}) is None


@pytest.mark.parametrize(
    ("reason", "native", "found", "notes"),
    [("stop", "STOP", "end_turn", 0), ("length", "", "max_tokens", 0), ("stop", "TOO_MANY_TOOL_CALLS", "end_turn", 1)],
)
def test_stop_reasons(reason, native, found, notes):
    ctx = Context(request_of())

    assert stop_reason(reason, {"native": native}, ctx) == found
    assert len(ctx.notes) == notes
