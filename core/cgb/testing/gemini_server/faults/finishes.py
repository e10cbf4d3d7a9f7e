"""Answers that end, but not as they should: empty, refused, malformed, or for no known reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cgb.testing.gemini_server.faults.events import Event, Frame
from cgb.testing.gemini_server.faults.fault import Fault, Rewrite
from cgb.testing.gemini_server.faults.places import AT_FIRST, FIRST, THINKING, Options, divide, rest_of, said

if TYPE_CHECKING:
    from cgb.testing.gemini_server.calls import Json

REASONS = "Gemini API contract, finishReason"
EMPTY = "BerriAI/litellm#24442, livekit/agents#4066"
MALFORMED = "BerriAI/litellm#16651, pydantic/pydantic-ai#3300, langchain-ai/langgraph#6574"
UNEXPECTED = "tensorzero/tensorzero#2329, langchain-ai/langchainjs#8589"
REFUSED = "BerriAI/litellm#40477"
BUDGET = "BerriAI/litellm#36881"
UNSEEN = frozenset({FIRST, THINKING})
ALL = 1_000_000
ASKED_AGAIN = {"RECITATION", "OTHER"}
FENCED = "Malformed function call: ```tool_code\nprint(default_api.Bash(command='ls'))\n```"
SEVERAL = "Malformed function call: print(default_api.Read(file_path='a.md'))\nprint(default_api.Bash(command='ls'))"
PYTHON = "Malformed function call: print(default_api.Bash(command='ls'))"


def _ends(reason: str, content: Json | None = None, **more: Any) -> Rewrite:
    """What was kept, then a last frame with this finish reason; the option `reason` says another."""

    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, _ = divide(good, options)
        stated = {**more, "finishMessage": options["message"]} if "message" in options else more
        ending = {"finishReason": str(options.get("reason", reason)), **stated}
        return [*before, said(good, before, content or {}, **ending)]

    return rewrite


def _no_content(good: list[Frame], options: Options) -> list[Event]:
    before, _ = divide(good, options)
    return [*before, said(good, before, None, finishReason="STOP")]


def _no_candidates(good: list[Frame], options: Options) -> list[Event]:
    before, _ = divide(good, options)
    return [*before, Frame(rest_of(good, before))]


def _empty_candidates(good: list[Frame], options: Options) -> list[Event]:
    before, _ = divide(good, options)
    return [*before, Frame({"candidates": [], **rest_of(good, before)})]


def _empty_object(good: list[Frame], options: Options) -> list[Event]:
    return [*divide(good, options)[0], Frame({})]


def _blocked_prompt(good: list[Frame], options: Options) -> list[Event]:
    feedback: Json = {"blockReason": options.get("reason", "PROHIBITED_CONTENT")}
    if "message" in options:
        feedback["blockReasonMessage"] = options["message"]
    return [Frame({"promptFeedback": feedback, **rest_of(good, [])})]


def _thoughts_only(reason: str) -> Rewrite:
    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        before, _ = divide(good, options)
        thought = {"text": str(options.get("text", "I am still thinking.")), "thought": True}
        thinking = said(good, before, {"parts": [thought]})
        return [*before, thinking, said(good, before, {}, finishReason=str(options.get("reason", reason)))]

    return rewrite


def _unexpected(*, with_call: bool) -> Rewrite:
    def rewrite(good: list[Frame], options: Options) -> list[Event]:
        name = options.get("name", "missing_tool")
        message = f"Unexpected tool call: Model tried to call an undeclared function: {name}"
        part = {"functionCall": {"name": name, "args": options.get("args", {})}}
        content: Json = {"parts": [part]} if options.get("withCall", with_call) else {}
        ends = _ends("UNEXPECTED_TOOL_CALL", content, finishMessage=message)
        return list(ends(good, options))

    return rewrite


def _refused(reason: str, *, after: int = 0) -> Fault:
    category = {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}
    ratings: Json = {"safetyRatings": [category]} if "SAFETY" in reason else {}
    final = reason not in ASKED_AGAIN
    return Fault(reason.lower(), f"ends with {reason}", REFUSED, _ends(reason, **ratings), after=after, final=final)


def _malformed(name: str, summary: str, **more: Any) -> Fault:
    return Fault(name, summary, MALFORMED, _ends("MALFORMED_FUNCTION_CALL", **more))


FAULTS = (
    Fault("empty", "STOP, the content has no parts", EMPTY, _ends("STOP"), UNSEEN),
    Fault("empty_text", "STOP, the only text is empty", EMPTY, _ends("STOP", {"parts": [{"text": ""}]}), UNSEEN),
    Fault("empty_without_content", "STOP, the candidate has no content", EMPTY, _no_content, UNSEEN),
    Fault("no_candidates", "a last frame without `candidates`", REASONS, _no_candidates),
    Fault("empty_candidates", "a last frame with empty `candidates`", REASONS, _empty_candidates),
    Fault("empty_object", "a last frame `{}`", REASONS, _empty_object),
    Fault("thoughts_only", "STOP after thinking aloud, nothing visible", EMPTY, _thoughts_only("STOP"), UNSEEN),
    Fault(
        "thoughts_ate_budget",
        "MAX_TOKENS after thinking, nothing visible",
        BUDGET,
        _thoughts_only("MAX_TOKENS"),
        UNSEEN,
    ),
    Fault("max_tokens", "ends with MAX_TOKENS", REASONS, _ends("MAX_TOKENS"), after=ALL, final=True),
    Fault(
        "blocked_prompt",
        "no candidates, only `promptFeedback.blockReason`",
        REASONS,
        _blocked_prompt,
        AT_FIRST,
        final=True,
    ),
    _malformed("malformed", "MALFORMED_FUNCTION_CALL, the call as Python in `finishMessage`", finishMessage=PYTHON),
    _malformed("malformed_fenced", "the same between triple backticks", finishMessage=FENCED),
    _malformed("malformed_several", "the same with several calls", finishMessage=SEVERAL),
    _malformed("malformed_silent", "MALFORMED_FUNCTION_CALL without a `finishMessage`"),
    Fault("malformed_response", "ends with MALFORMED_RESPONSE", REASONS, _ends("MALFORMED_RESPONSE")),
    Fault(
        "unexpected_tool_call",
        "UNEXPECTED_TOOL_CALL, only named in `finishMessage`",
        UNEXPECTED,
        _unexpected(with_call=False),
    ),
    Fault(
        "unexpected_tool_call_part",
        "UNEXPECTED_TOOL_CALL with the call as a part",
        UNEXPECTED,
        _unexpected(with_call=True),
    ),
    Fault(
        "missing_thought_signature",
        "ends with MISSING_THOUGHT_SIGNATURE",
        "musistudio/claude-code-router#1032",
        _ends("MISSING_THOUGHT_SIGNATURE"),
    ),
    Fault("too_many_tool_calls", "ends with TOO_MANY_TOOL_CALLS", REASONS, _ends("TOO_MANY_TOOL_CALLS"), final=True),
    _refused("RECITATION"),
    _refused("OTHER"),
    _refused("SAFETY", after=1),
    _refused("BLOCKLIST"),
    _refused("PROHIBITED_CONTENT"),
    _refused("SPII"),
    _refused("LANGUAGE"),
    _refused("IMAGE_SAFETY"),
    _refused("IMAGE_PROHIBITED_CONTENT"),
    _refused("IMAGE_RECITATION"),
    _refused("IMAGE_OTHER"),
    _refused("NO_IMAGE"),
    _refused("ESCALATION"),
    _refused("MODEL_ARMOR"),
    Fault("unspecified_reason", "FINISH_REASON_UNSPECIFIED", REASONS, _ends("FINISH_REASON_UNSPECIFIED")),
    Fault("pup_limited_disabled", "ends with PUP_LIMITED_DISABLED", REASONS, _ends("PUP_LIMITED_DISABLED")),
    Fault("unknown_reason", "a finish reason nobody knows", REASONS, _ends("SOMETHING_NEW")),
)
