"""What the ends of answers come to: OpenAI's finish reasons, and Gemini's own where they are known.

Gemini API contract, finishReason and LiteLLM: an empty `stop` is a failure, an end without a reason another.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cgb import Context, Event, UnusableAnswer, Usage
from cgb.messages import Writer

_SPOILT: Final = {
    "MALFORMED_FUNCTION_CALL": "malformed_call",
    "UNEXPECTED_TOOL_CALL": "unexpected_tool_call",
    "MALFORMED_RESPONSE": "malformed",
    "MISSING_THOUGHT_SIGNATURE": "missing_signature",
}
_REMEDIES: Final[Mapping[str, Mapping[str, Any]]] = {"MISSING_THOUGHT_SIGNATURE": {"signatures": "dummy"}}
_REFUSED: Final = frozenset({"MODEL_ARMOR"})
"""Refusals that LiteLLM does not know, and calls `stop`."""
_PASSING: Final = {"RECITATION": "recitation", "OTHER": "other"}
"""Refusals that another try often does not meet with (known failures, finish reasons)."""


def reason_of(ending: Mapping[str, str], *, is_gemini: bool) -> str:
    """OpenAI's finish reason; "" where there is none but the one that LiteLLM puts in its place.

    A long answer that Gemini 4 wants to be asked on for is not whole.
    """
    reason, native = ending.get("reason") or "", ending.get("native") or ""
    if native == "CONTINUATION":
        return "length"
    if native in _REFUSED:
        return "content_filter"
    # A whole answer of Gemini's that was refused has no reason of its own.
    return "" if is_gemini and not native and reason != "content_filter" else reason


def spoilt(model: str, ending: Mapping[str, str]) -> UnusableAnswer | None:
    """The failure of an answer that the model spoilt, which LiteLLM calls `stop`."""
    native, detail = ending.get("native", ""), ending.get("detail", "")
    if native not in _SPOILT:
        return None
    return UnusableAnswer(
        f"{model} spoilt its own answer ({native}: {detail or 'no details'}). Ask again.",
        kind=_SPOILT[native], upstream_reason=native, detail=detail, remedy=_REMEDIES.get(native),
    )  # fmt: skip


def cut(model: str) -> UnusableAnswer:
    """The failure of an answer that ended without a finish reason."""
    return UnusableAnswer(f"{model}'s answer broke off before its end. Ask again.", kind="cut")


def nothing(model: str, reason: str) -> UnusableAnswer:
    """The failure of an answer without words and calls; where its thoughts took all room, that is an honest end."""
    if reason == "length":
        return UnusableAnswer(
            f"{model} answered with nothing: its thoughts used up all of max_tokens. Ask again, with more.",
            kind="no_room", upstream_reason=reason, stop_reason="max_tokens",
        )  # fmt: skip
    return UnusableAnswer(
        f"{model} answered with nothing (finish reason {reason}). Ask again.", kind="empty", upstream_reason=reason
    )


def refused(model: str, ending: Mapping[str, str]) -> str:
    """Why, as far as anybody says."""
    why = f"{ending.get('native') or 'content filter'} {ending.get('detail', '')}".strip()
    return f"{model} refused to answer: {why}."


def passing(model: str, ending: Mapping[str, str]) -> UnusableAnswer | None:
    """The failure of an answer that was refused before its first word, where it is worth asking again."""
    kind = _PASSING.get(ending.get("native", ""))
    if kind is None:
        return None
    reason = ending["native"]
    return UnusableAnswer(refused(model, ending), kind=kind, upstream_reason=reason, stop_reason="refusal")


def refusal(writer: Writer, text: str, usage: Usage) -> Iterator[Event]:
    """An end as a refusal that says why, after whatever was said."""
    yield from writer.text(f"\n\n[{text}]")
    yield from writer.finish("refusal", usage, stop_details={"type": "refusal", "category": None, "explanation": text})


def stop_reason(reason: str, ending: Mapping[str, str], ctx: Context) -> str:
    """Anthropic's, for an answer that has words."""
    if reason == "length":
        return "max_tokens"
    native = ending.get("native", "")
    if reason not in {"stop", "tool_calls", "function_call"} or native not in {"", "STOP"}:
        ctx.note("finish_reason", f"the answer ended with {native or reason}")
    return "end_turn"
