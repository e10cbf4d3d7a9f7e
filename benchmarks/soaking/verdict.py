"""Whether an answer is the one that is known, as far as the faults of its calls leave room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from soaking.service import added, is_broken

if TYPE_CHECKING:
    from anthropic.types import Message

    from cgb.testing.gemini_server import Call
    from soaking.talk import Turn

Verdict: TypeAlias = Literal["exact", "kept", "refused", ""]
WITH_A_CALL = "unexpected_tool_call_part"
SPOILT: tuple[str, dict[str, Any]] = ("missing_tool", {})
FOR_ITS_CONTENTS = {"recitation", "other"}


def verdict(turn: Turn, message: Message, calls: list[Call]) -> Verdict:
    """What an answer is, after the calls of the service that it took.

    It is "exact", or "kept" as far as a whole call after which the connection broke, or "refused" in the middle of its
    words by the service itself; "" for a wrong one.
    """
    text = _joined(message, "text", added(calls))
    fault = calls[-1].fault if calls else ""
    if message.stop_reason == "refusal":
        kept, _, _ = text.partition("\n\n[Gemini refused")
        return "refused" if fault in FOR_ITS_CONTENTS and turn.text.startswith(kept) else ""
    meant = [(call["name"], {} if fault == "args_missing" else call["args"]) for call in turn.calls]
    made = [(block.name, block.input) for block in message.content if block.type == "tool_use"]
    if message.stop_reason != ("tool_use" if made else "end_turn") or not _has_thought(turn, message, calls):
        return ""
    if (text, made) == (turn.text, meant):
        return "exact"
    if fault == WITH_A_CALL and made[-1:] == [SPOILT]:
        # The model itself called what there is not, in the middle of its answer; the client will tell it so.
        return "kept" if turn.text.startswith(text) and made[:-1] == meant[: len(made) - 1] else ""
    is_partly = text == turn.text and made and made == meant[: len(made)]
    return "kept" if is_partly and is_broken(calls[-1]) else ""


def _has_thought(turn: Turn, message: Message, calls: list[Call]) -> bool:
    """Whether the thoughts are there; those of a call that was given up may stand before them."""
    thought = _joined(message, "thinking", added(calls))
    return thought.endswith(turn.thoughts) if any(map(is_broken, calls)) else thought == turn.thoughts


def _joined(message: Message, kind: str, extra: str) -> str:
    """The words of all blocks of a kind, without what a fault put in."""
    words = "".join(str(getattr(block, kind)) for block in message.content if block.type == kind)
    return words.replace(extra, "", 1) if extra else words
