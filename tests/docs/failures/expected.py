"""What must come of each fault: the matrix's expectations, written down.

The rules are those of the contracts: what was lost before a word or call was shown is asked for again, a text that
broke off is gone on with, whole calls are kept, and what is left in the end is an error of the right type. A harmless
fault that is not listed changes nothing.
"""

from dataclasses import replace

from cgb.testing.gemini_server.faults import FAULTS
from cgb.testing.gemini_server.faults.contents import EMOJI, HUGE, SEPARATORS
from cgb.testing.gemini_server.faults.places import CALL, LAST, TEXT, THINKING

from .answers import ANSWERS, LS
from .outcomes import (
    FULL,
    KEPT,
    WHOLE,
    Fate,
    Outcome,
    begun,
    empty,
    error,
    lasting,
    lost,
    lost_whole,
    odd,
    passing,
    passing_refusal,
    refused,
    spoilt,
    with_words,
)
from .refusals import REFUSALS

_BROKEN = error(502)
_INVALID = "invalid_request_error"
_BUSY = error(529, "overloaded_error")
_NO_TIME = error(504, "timeout_error")
_NEVER = {"x_should_retry": "false"}

_READ_A = ("tool_use", ("Read", {"file_path": "a.md"}))
_LS = ("tool_use", ("Bash", {"command": "ls"}))
_MISSING = ("tool_use", ("missing_tool", {}))


def _added(said: str) -> Fate:
    """Words among the answer's own: thoughts mid thinking."""
    whole = with_words(("text", said))
    thought = with_words(("thinking", said))
    return Fate(whole, whole, {THINKING: (thought, thought)})


def _shown(said: str) -> Fate:
    """A part that becomes words."""
    return lasting(with_words(("text", said)))


def _twice() -> Fate:
    """The frame before the place once more."""
    thought, text = (ANSWERS[place].before[-1] for place in (THINKING, TEXT))
    doubled = {
        place: with_words((kind, said[len(said) // 2 :])) for place, (kind, said) in ((THINKING, thought), (TEXT, text))
    }
    doubled[CALL] = with_words(("tool_use", LS))
    return Fate(WHOLE, WHOLE, {place: (outcome, outcome) for place, outcome in doubled.items()})


STATUSES = {
    "http": passing(_BUSY),
    "invalid_argument": lasting(error(400, _INVALID, "Request contains an invalid argument.")),
    "prompt_too_long": lasting(error(400, _INVALID, "prompt is too long: 1200000 tokens > 1048576 maximum")),
    "bad_key": lasting(error(401, "authentication_error", "API key not valid", **_NEVER)),
    # Asked again with the dummy signature.
    "signature_missing": passing(error(400, _INVALID, "missing a thought_signature")),
    "signature_corrupted": passing(error(400, _INVALID, "Corrupted thought signature.")),
    "location": lasting(error(400, _INVALID, "User location is not supported")),
    "billing": lasting(error(402, "billing_error", "enable billing")),
    "schema_refused": lasting(error(400, _INVALID, 'Unknown name "propertyNames"')),
    "response_count": lasting(error(400, _INVALID, "number of function response parts")),
    "call_turn": lasting(error(400, _INVALID, "function call turn comes immediately after")),
    "empty_part": lasting(error(400, _INVALID, "required oneof field 'data'")),
    "search_and_functions": lasting(error(400, _INVALID, "Tool use with function calling is unsupported")),
    "payload_size": lasting(error(413, "request_too_large", "payload size exceeds")),
    "unauthenticated": lasting(error(401, "authentication_error", **_NEVER)),
    # What Google says of it is that no key came.
    "permission_denied": lasting(error(401, "authentication_error", "unregistered callers", **_NEVER)),
    "model_not_found": lasting(error(404, "not_found_error", "gemini-0.9-pro is not found")),
    "request_timeout": passing(_NO_TIME),
    "too_large": lasting(error(413, "request_too_large")),
    "rate_minute": passing(error(429, "rate_limit_error", "retry in 1.153412518s", retry_after="2")),
    "rate_day": lasting(error(429, "rate_limit_error", "current quota", **_NEVER)),
    "rate_bare": passing(error(429, "rate_limit_error", "Resource exhausted.")),
    "cancelled": passing(error(502, words="The operation was cancelled.")),
    "internal": passing(error(500, words="An internal error has occurred.")),
    "bad_gateway": passing(error(502, words="HTTP 502 with a web page")),
    "unavailable": passing(error(529, "overloaded_error", "experiencing high demand")),
    "overloaded": passing(error(529, "overloaded_error", "The model is overloaded.")),
    "deadline": passing(error(504, "timeout_error", "The request timed out.")),
    "html_page": passing(_BROKEN),
}

CONNECTION = {
    "cut": lost_whole(_BROKEN),
    "cut_reset": lost_whole(_BROKEN),
    "cut_after_headers": passing(_BROKEN),
    "cut_mid_chunk": lost_whole(_BROKEN),
    "cut_mid_frame": lost_whole(_BROKEN),
    "cut_mid_utf8": lost_whole(_BROKEN),
    # Unstreamed, the end is one of the whole body, and only the finish reason is missing.
    "eof": replace(lost_whole(_BROKEN), plain=lost(_BROKEN)),
    "eof_mid_frame": lost_whole(_BROKEN),
    # The words before the call are gone on with.
    "eof_mid_call": Fate(WHOLE, begun(_BROKEN), plain=passing(_BROKEN)),
    "eof_empty": passing(_BROKEN),
    "hang": lost_whole(_NO_TIME),
    "hang_headers": passing(_NO_TIME),
    "gzip_cut": lost_whole(_BROKEN),
}

_EMPTY = empty(error(502, words="answered with nothing"))
_ODD_END = odd(error(502, words="answered with nothing"))

FINISHES = {
    "empty": _EMPTY,
    "empty_text": _EMPTY,
    "empty_without_content": _EMPTY,
    "no_candidates": lost(_BROKEN),
    "empty_candidates": lost(_BROKEN),
    "empty_object": lost(_BROKEN),
    "thoughts_only": _EMPTY,
    "thoughts_ate_budget": passing(replace(FULL, says=(("thinking", "I am still thinking."),))),
    # Nothing was said: there may have been no room but for thoughts.
    "max_tokens": Fate(WHOLE, FULL, {TEXT: (FULL, FULL), LAST: (FULL, FULL), CALL: (KEPT, KEPT)}),
    "blocked_prompt": refused("the prompt was blocked (PROHIBITED_CONTENT)"),
    "malformed": spoilt(_LS),
    "malformed_fenced": spoilt(_LS),
    "malformed_several": spoilt(_READ_A, _LS),
    "malformed_silent": lost(error(502, words="MALFORMED_FUNCTION_CALL")),
    "malformed_response": lost(error(502, words="MALFORMED_RESPONSE")),
    "unexpected_tool_call": lost(error(502, words="missing_tool")),
    # The client answers that there is no such tool.
    "unexpected_tool_call_part": spoilt(_MISSING),
    "missing_thought_signature": lost(error(502, words="MISSING_THOUGHT_SIGNATURE")),
    "too_many_tool_calls": _ODD_END,
    "recitation": passing_refusal("RECITATION"),
    "other": passing_refusal("OTHER"),
    "safety": refused("SAFETY"),
    "blocklist": refused("BLOCKLIST"),
    "prohibited_content": refused("PROHIBITED_CONTENT"),
    "spii": refused("SPII"),
    "language": refused("LANGUAGE"),
    "image_safety": refused("IMAGE_SAFETY"),
    "image_prohibited_content": refused("IMAGE_PROHIBITED_CONTENT"),
    "image_recitation": refused("IMAGE_RECITATION"),
    "image_other": refused("IMAGE_OTHER"),
    "no_image": refused("NO_IMAGE"),
    "escalation": refused("ESCALATION"),
    "model_armor": refused("MODEL_ARMOR"),
    "unspecified_reason": _ODD_END,
    "pup_limited_disabled": _ODD_END,
    "unknown_reason": _ODD_END,
}

_NO_ARGUMENTS = Outcome("the whole answer, the calls with `{}`", without_arguments=True)

CONTENTS = {
    "error_frame": lost_whole(_BUSY),
    "bare_error": lost_whole(_BUSY),
    "error_array": lost_whole(_BUSY),
    # Nobody can tell.
    "duplicate_chunk": _twice(),
    "args_missing": lasting(_NO_ARGUMENTS),
    # The service's own tools are nothing that a client could run: what they were and gave is said in words.
    "code_execution": _shown("\n```python\nprint(1)\n```\n\n```\n1\n\n```\n"),
    "inline_image": _shown("\n[image/png made by the model, which the Messages API cannot carry]\n"),
    "unknown_part": _shown('\n{"somethingNew":{"a":1}}\n'),
    "line_separators": _added(SEPARATORS),
    "surrogates": _added(EMOJI),
    "huge_chunk": _added("x" * HUGE),
}

SPELLING = {
    "garbage_line": lost_whole(_BROKEN),
    "bad_utf8": lost_whole(_BROKEN),
}

REQUESTS = {name: lasting(error(400, _INVALID, fault.summary)) for name, fault in REFUSALS.items()}

EXPECTED = REQUESTS | STATUSES | CONNECTION | FINISHES | CONTENTS | SPELLING
"""By fault."""

THOUGHTS = dict.fromkeys(("thoughts_only", "thoughts_ate_budget"), "I am still thinking.")
"""What a fault itself thinks aloud."""


def fate(name: str) -> Fate:
    """What must come of a fault.

    Raises:
        KeyError: nothing was written down for it, and it is not harmless.
    """
    if name in EXPECTED:
        return EXPECTED[name]
    if FAULTS[name].harmless:
        return lasting(WHOLE)
    raise KeyError(f"nothing says what must come of the fault {name}")
