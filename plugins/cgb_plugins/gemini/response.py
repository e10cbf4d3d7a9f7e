"""Gemini → Anthropic: the frames of a GenerateContentResponse as events."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterator, Mapping
from typing import Any

import orjson

from cgb import Event, MessagesRequest, UnusableAnswer, Usage
from cgb.messages import ToolNames, Writer, carry, new_id

_REFUSALS = frozenset({
    "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "OTHER", "ESCALATION", "MODEL_ARMOR",
    "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "IMAGE_RECITATION", "NO_IMAGE",
})  # fmt: skip
_SPOILT = {
    "MALFORMED_FUNCTION_CALL": "malformed_call",
    "UNEXPECTED_TOOL_CALL": "unexpected_tool_call",
    "MALFORMED_RESPONSE": "malformed",
    "MISSING_THOUGHT_SIGNATURE": "missing_signature",
}


async def events_of(
    frames: AsyncIterable[Mapping[str, Any]], request: MessagesRequest, names: ToolNames, estimate: Callable[[], int]
) -> AsyncGenerator[Event]:
    """The answer that these frames stream.

    Raises:
        UnusableAnswer: it came to nothing, was spoilt, or broke off before Gemini gave a finish reason.
    """
    writer: Writer | None = None
    usage: dict[str, int] = {}
    finish: Mapping[str, Any] = {}
    blocked = ""
    said: set[str] = set()
    async for frame in frames:
        usage |= _figures(frame.get("usageMetadata") or {})
        blocked = blocked or _blocked(frame)
        if writer is None:
            writer = Writer(request.model, _usage(usage, estimate))
            for event in writer.start():
                yield event
        candidate = (frame.get("candidates") or [{}])[0]
        if finish:
            continue  # text after the finish reason is not part of the answer; its usage is
        for part in map(_present, (candidate.get("content") or {}).get("parts") or ()):
            said.add(_kind(part))
            for event in _say(part, writer, names):
                yield event
        if candidate.get("finishReason"):
            finish = candidate
    if writer is None:
        raise UnusableAnswer("Gemini's answer was empty: not one frame came. Ask again.", kind="no_candidates")
    for event in _end(writer, finish, blocked, said, _usage(usage, estimate)):
        yield event


def _present(part: Mapping[str, Any]) -> dict[str, Any]:
    """The members a part really has: null is absent."""
    return {name: value for name, value in part.items() if value is not None}


def _say(part: Mapping[str, Any], writer: Writer, names: ToolNames) -> Iterator[Event]:
    """The events of one part."""
    match part:
        case {"functionCall": dict(call)}:
            facts = {"id": str(call["id"])} if call.get("id") else {}
            tool_id = carry(new_id("toolu"), str(part.get("thoughtSignature") or ""), **facts)
            yield from writer.tool(tool_id, names.to_client(str(call.get("name", ""))), call.get("args") or {})
        case {"text": str(text), "thought": True}:
            if text:
                yield from writer.thinking(text)
        case {"text": str(text)}:
            if text:
                yield from writer.text(text)
        case _:
            shown = _shown(part)
            if shown:
                yield from writer.text(shown)


def _shown(part: Mapping[str, Any]) -> str:
    """A part that the Messages API has no block for, as words."""
    match part:
        case {"executableCode": {"code": code}}:
            return f"\n```\n{code}\n```\n"
        case {"codeExecutionResult": {"output": output}}:
            return f"\n```\n{output}\n```\n"
        case {"inlineData": {"mimeType": kind}}:
            return f"\n[{kind} made by the model, which the Messages API cannot carry]\n"
        case _:
            kept = {name: value for name, value in part.items() if name not in {"thoughtSignature", "thought"}}
            return f"\n{orjson.dumps(kept).decode()}\n" if kept else ""


def _kind(part: Mapping[str, Any]) -> str:
    if isinstance(part.get("functionCall"), dict):
        return "call"
    if part.get("thought"):
        return "thought"
    shown = part["text"] if "text" in part else _shown(part)
    return "text" if shown else "nothing"


def _end(writer: Writer, finish: Mapping[str, Any], blocked: str, said: set[str], usage: Usage) -> Iterator[Event]:
    """The end of the answer, by what was said and Gemini's reason (Gemini API contract, finishReason)."""
    reason = str(finish.get("finishReason") or "")
    detail = str(finish.get("finishMessage") or "")
    if blocked or reason in _REFUSALS:
        yield from _refusal(writer, blocked or f"{reason} {detail}".strip(), usage)
    elif reason in _SPOILT:
        raise UnusableAnswer(
            f"Gemini spoilt its own answer ({reason}: {detail or 'no details'}). Ask again.",
            kind=_SPOILT[reason], upstream_reason=reason, detail=detail,
        )  # fmt: skip
    elif not reason:
        raise UnusableAnswer("Gemini's answer broke off before its end. Ask again.", kind="cut")
    elif "call" in said:
        yield from writer.finish("tool_use", usage)
    elif "text" in said:
        yield from writer.finish("max_tokens" if reason in {"MAX_TOKENS", "CONTINUATION"} else "end_turn", usage)
    else:
        kind = "no_room" if reason == "MAX_TOKENS" else "empty"
        raise UnusableAnswer(
            f"Gemini answered with nothing (finish reason {reason}). Ask again"
            + (", with a higher max_tokens: its thoughts used up all of it." if kind == "no_room" else "."),
            kind=kind, upstream_reason=reason, detail=detail,
        )  # fmt: skip


def _refusal(writer: Writer, why: str, usage: Usage) -> Iterator[Event]:
    text = f"Gemini refused to answer: {why}."
    yield from writer.text(f"\n\n[{text}]")
    details = {"type": "refusal", "category": None, "explanation": text}
    yield from writer.finish("refusal", usage, stop_details=details)


def _blocked(frame: Mapping[str, Any]) -> str:
    feedback = frame.get("promptFeedback") or {}
    reason, message = feedback.get("blockReason"), feedback.get("blockReasonMessage")
    return f"the prompt was blocked ({reason}{': ' + message if message else ''})" if reason else ""


def _figures(metadata: Mapping[str, Any]) -> dict[str, int]:
    """The figures that are there: they are cumulative, and one that is absent is not 0."""
    return {name: value for name, value in metadata.items() if isinstance(value, int)}


def _usage(figures: Mapping[str, int], estimate: Callable[[], int]) -> Usage:
    """Gemini's figures as Anthropic's: input without the cached part, at least 1; output with the thoughts."""
    cached = figures.get("cachedContentTokenCount", 0)
    prompt = figures["promptTokenCount"] if "promptTokenCount" in figures else estimate()
    read = prompt + figures.get("toolUsePromptTokenCount", 0) - cached
    written = figures.get("candidatesTokenCount", 0) + figures.get("thoughtsTokenCount", 0)
    return Usage(
        input_tokens=max(read, 1),
        cache_creation_input_tokens=0,
        cache_read_input_tokens=cached,
        output_tokens=written,
    )
