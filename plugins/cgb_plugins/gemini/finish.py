"""What Gemini's finish reasons come to (Gemini API contract, finishReason)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cgb import Context, Event, UnusableAnswer, Usage
from cgb.messages import Writer

REFUSALS: Final = frozenset({
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "OTHER", "ESCALATION", "MODEL_ARMOR",
    "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "IMAGE_RECITATION", "NO_IMAGE",
})  # fmt: skip
UNEXPECTED: Final = "UNEXPECTED_TOOL_CALL"
SPOILT: Final = {
    "MALFORMED_FUNCTION_CALL": "malformed_call",
    UNEXPECTED: "unexpected_tool_call",
    "MALFORMED_RESPONSE": "malformed",
    "MISSING_THOUGHT_SIGNATURE": "missing_signature",
}
CUT_SHORT: Final = frozenset({"MAX_TOKENS", "CONTINUATION"})

_REMEDIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "MALFORMED_FUNCTION_CALL": {"function_calling": "VALIDATED"},
    "MISSING_THOUGHT_SIGNATURE": {"signatures": "dummy"},
}
_PASSING: Final = {"RECITATION": "recitation", "OTHER": "other"}
"""Refusals that another try often does not meet with (known failures, finish reasons)."""


def spoilt(reason: str, detail: str, calls: tuple[Mapping[str, Any], ...]) -> UnusableAnswer:
    """The failure of an answer that Gemini spoilt, with what it said of its calls."""
    return UnusableAnswer(
        f"Gemini spoilt its own answer ({reason}: {detail or 'no details'}). Ask again.",
        kind=SPOILT[reason], upstream_reason=reason, detail=detail, calls=calls, remedy=_REMEDIES.get(reason),
    )  # fmt: skip


def nothing(reason: str, detail: str) -> UnusableAnswer:
    """The failure of an answer that is empty.

    Where its thoughts used up the room, `max_tokens` is an honest end once all room was given: it is what the
    Messages API itself says then, and Claude Code goes on after it, while an error would make it send the same
    request, and pay for the same thoughts, up to ten times (Claude Code contract, response and errors).
    """
    kind = "no_room" if reason in CUT_SHORT else "empty"
    hint = ", with a higher max_tokens: its thoughts used up all of it." if kind == "no_room" else "."
    return UnusableAnswer(
        f"Gemini answered with nothing (finish reason {reason}). Ask again{hint}",
        kind=kind, upstream_reason=reason, detail=detail, stop_reason="max_tokens" if kind == "no_room" else "",
    )  # fmt: skip


def passing(reason: str, detail: str) -> UnusableAnswer | None:
    """The failure of an answer that was refused before its first word, where it is worth asking again."""
    if reason not in _PASSING:
        return None
    return UnusableAnswer(
        _refused(f"{reason} {detail}".strip()),
        kind=_PASSING[reason], upstream_reason=reason, detail=detail, stop_reason="refusal",
    )  # fmt: skip


def refusal(writer: Writer, why: str, usage: Usage) -> Iterator[Event]:
    """An end as a refusal that says why."""
    text = _refused(why)
    yield from writer.text(f"\n\n[{text}]")
    details = {"type": "refusal", "category": None, "explanation": text}
    yield from writer.finish("refusal", usage, stop_details=details)


def ended(reason: str, ctx: Context) -> str:
    """The stop reason of an answer that has text, for reasons that are no limit."""
    if reason != "STOP":
        ctx.note("finish_reason", f"Gemini ended its answer with {reason}")
    return "end_turn"


def _refused(why: str) -> str:
    return f"Gemini refused to answer: {why}."
