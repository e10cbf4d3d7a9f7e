"""The parts of an answer of Gemini's, as they come, said in Anthropic's blocks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from cgb import Event
from cgb.messages import CARRY_FIELD, StopSequences, Writer, carry, new_id

from .asked import Asked
from .grounding import Domains, searched

Part = Mapping[str, Any]

_UNSAID = ("toolCall", "toolResponse")
"""Parts by which Gemini tells itself about its own tools; what they led to is in its words."""


class Speech:
    """Says parts through a writer, and remembers what the end of the answer depends on.

    Signatures go where clients return them. A call's: into its id. A thought's: into its block's signature. A
    text's: into a field of its block, if it came with the block's first words, or else into a redacted_thinking
    block before the next call or thought. One that comes at the very end of an answer finds no place: Claude Code
    prints the last block, so nothing may stand behind the text (measured), and Gemini does not demand it.
    Each says of how many characters it is the signature, and how many were said since, so that the part can be cut
    out again exactly.
    """

    def __init__(self, writer: Writer, asked: Asked) -> None:
        self.has_call = False
        self._writer = writer
        self._asked = asked
        self._stops = StopSequences(asked.request.stop_sequences or ())
        choice, thinking = asked.request.tool_choice, asked.request.thinking
        self._one_call = bool(choice and choice.disable_parallel_tool_use)
        # A client that did not ask for thinking expects no block of that kind, and would trip over one.
        self._signs_text = thinking is not None and thinking.type != "disabled"
        self._written = 0
        self._waiting: list[tuple[str, int, int]] = []

    @property
    def has_text(self) -> bool:
        """Whether words were said."""
        return self._written > 0

    @property
    def stopped_by(self) -> str | None:
        """The client's stop sequence that ended the text."""
        return self._stops.matched

    def say(self, part: Part) -> Iterable[Event]:
        """The events of one part."""
        text = part.get("text")
        if len(part) == 1 and type(text) is str:  # nearly all of an answer
            return self.write(self._stops.read(text))
        call = part.get("functionCall")
        signature = str(part.get("thoughtSignature") or "")
        if isinstance(call, dict):
            return self._call(call, signature)
        if not isinstance(text, str):
            return self._text(self._shown(part), "")
        return self._thought(text, signature) if part.get("thought") is True else self._text(text, signature)

    def write(self, text: str) -> list[Event]:
        """Say words in which no stop sequence is left to be found."""
        if not text:
            return []
        if self._writer.open_block == "text":
            said = self._writer.text(text)
        else:
            said = [*self._sign_text(), *self._writer.text(text, **self._signed_whole(text))]
        self._written += len(text)
        return said

    def end(self) -> Iterable[Event]:
        """What was held back of the text."""
        return self.write(self._stops.end())

    def say_searched(self, metadata: Mapping[str, Any], text: str, domains: Domains) -> Iterator[Event]:
        """Text that rests on a search: after what was found, and with its sources."""
        shown = self._stops.read(text) + self._stops.end()
        self._written += len(shown)
        yield from searched(metadata, shown, self._writer, domains)

    def _call(self, call: Mapping[str, Any], signature: str) -> Iterator[Event]:
        if self._one_call and self.has_call:
            self._asked.ctx.note("dropped", f"a parallel call of {call.get('name')}: the client takes one at a time")
            return
        yield from self.end()
        yield from self._sign_text()
        self.has_call = True
        facts: dict[str, str | int] = {"at": self._written, "model": self._asked.family}
        if call.get("id"):
            facts["id"] = str(call["id"])
        tool_id = carry(new_id("toolu"), signature, **facts)
        field = {CARRY_FIELD: tool_id}
        yield from self._writer.tool(
            tool_id, self._asked.names.to_client(str(call.get("name", ""))), call.get("args") or {}, **field
        )

    def _thought(self, text: str, signature: str) -> Iterator[Event]:
        if not text and not (signature and self._signs_text):
            return
        yield from self.end()
        yield from self._sign_text()
        if text:
            yield from self._writer.thinking(text)
        if signature:
            yield from self._writer.signature(carry("thought", signature, n=len(text), model=self._asked.family))

    def _text(self, text: str, signature: str) -> Iterable[Event]:
        shown = self._stops.read(text)
        if signature and self._signs_text and self.stopped_by is None:
            # What is held back of it will be shown before the signature is.
            self._waiting.append((signature, len(text), self._written + len(shown) + self._stops.holds))
        return self.write(shown)

    def _sign_text(self) -> Iterator[Event]:
        """Put the signatures of the text before where they can still be put; what is held back still has to be said."""
        if not self._waiting:
            return
        ready = [one for one in self._waiting if one[2] <= self._written]
        self._waiting = self._waiting[len(ready) :]
        for signature, size, end in ready:
            facts = {"n": size, "since": self._written - end}
            data = carry("text", signature, model=self._asked.family, **facts)
            yield from self._writer.block({"type": "redacted_thinking", "data": data})

    def _signed_whole(self, text: str) -> dict[str, str]:
        """The field of a block that begins with a signed text, where that is just this text."""
        exact = (len(text), self._written + len(text))
        for place, (signature, *where) in enumerate(self._waiting):
            if tuple(where) == exact:
                del self._waiting[place]
                return {CARRY_FIELD: carry("text", signature, n=len(text), model=self._asked.family)}
        return {}

    def _shown(self, part: Part) -> str:
        """A part that the Messages API has no block for, as words."""
        match part:
            case {"executableCode": {"code": code, **more}}:
                return f"\n```{str(more.get('language') or '').lower()}\n{code}\n```\n"
            case {"codeExecutionResult": {"outcome": str(outcome), **more}} if outcome != "OUTCOME_OK":
                return f"\n```\n{more.get('output') or ''}\n{outcome}\n```\n"
            case {"codeExecutionResult": {"output": output}}:
                return f"\n```\n{output}\n```\n"
            case {"inlineData": {"mimeType": kind}}:
                return f"\n[{kind} made by the model, which the Messages API cannot carry]\n"
            case _ if any(name in part for name in _UNSAID):
                self._asked.ctx.note("dropped", "Gemini's own record of a call of its own tool")
                return ""
            case _:
                kept = {name: value for name, value in part.items() if name not in {"thoughtSignature", "thought"}}
                return f"\n{orjson.dumps(kept).decode()}\n" if kept else ""


def words_alone(candidate: Mapping[str, Any]) -> str | None:
    """The words of a candidate that brings one piece of text and nothing else, as nearly all of an answer does."""
    if candidate.get("finishReason") or candidate.get("groundingMetadata"):
        return None
    try:
        (part,) = candidate["content"]["parts"]
        text = part["text"]
    except (LookupError, TypeError, ValueError):
        return None
    return text if type(text) is str and len(part) == 1 else None
