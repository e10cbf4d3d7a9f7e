"""Anthropic → OpenAI chat: a request of the Messages API as the arguments of `litellm.acompletion`.

LiteLLM converts again, and not without faults, so it is handed what passes through it unharmed
(Gemini API contract, LiteLLM).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import orjson

from cgb import Block, Context, MessagesRequest, TextBlock, ToolResultBlock, ToolUseBlock
from cgb.messages import (
    Answered,
    AssistantTurn,
    RedactedThinkingBlock,
    ThinkingBlock,
    UserTurn,
    carried_by,
    estimate_tokens,
    turns,
)

from .media import Part, parts_of, text_part
from .models import GEMINI_3, GEMINI_4, Family
from .names import Names, call_id
from .searching import search_of
from .spelling import spelt
from .thinking import output_tokens, thinking
from .tools import tools_of

_OPENING = "(The conversation begins with the model's turn.)"
_GO_ON = "Continue."
_NO_RESULT = "There is no result: the tool was interrupted."
_NO_CONTENT = "(The tool gave no output.)"

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Converter:
    """Converts one request for one model; `body` is what `acompletion` is called with.

    Attributes:
        request: what is asked.
        model: LiteLLM's name for the model.
        family: what is known of it.
        names: the tools' names, there and back.
        ctx: where notes go.
        extra: further arguments by model glob; they win.
        options: the route's: `signatures = "dummy"` hands none of Gemini's signatures back.
    """

    request: MessagesRequest
    model: str
    family: Family
    names: Names
    ctx: Context
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The arguments; those that would say nothing are left out.

        Raises:
            InvalidRequest: the request holds something that cannot reach the provider in any form.
        """
        members = {
            "model": self.model,
            "messages": list(self._messages()),
            **tools_of(self.request, self.names, self.family, self.ctx),
            **thinking(self.request, self.family),
            **self._sampling(),
            **self._format(),
            "max_tokens": self._room(),
        }
        for glob, further in self.extra.items():
            members |= further if fnmatchcase(self.model, glob) else {}
        return {name: value for name, value in members.items() if value is not None}

    def _note(self, kind: str, text: str) -> None:
        self.ctx.note(kind, text)

    # How to write

    def _room(self) -> int | None:
        """`max_tokens`; Gemini 4's prompt and answer share one window."""
        wanted = output_tokens(self.request, self.family.target)
        if wanted is None or self.family.generation < GEMINI_4:
            return wanted
        return max(min(wanted, self.family.target.context_tokens - estimate_tokens(self.request)), 1)

    def _sampling(self) -> dict[str, Any]:
        """Gemini 4 ignores them all; for Gemini 3 a temperature below its own is documented to risk loops."""
        heat, top_k = self.request.temperature, self.request.top_k
        if self.family.generation >= GEMINI_4:
            return {}
        if self.family.generation >= GEMINI_3 and heat is not None and heat <= 1:
            heat = None
        return {
            "temperature": heat if heat is None else min(max(heat, 0.0), 2.0),
            "top_p": self.request.top_p,
            # OpenAI knows no such parameter, and LiteLLM would pass it on to whoever speaks like OpenAI.
            "top_k": max(top_k, 1) if top_k is not None and self.family.is_gemini else None,
        }

    def _format(self) -> dict[str, Any]:
        form = self.request.output_config.format if self.request.output_config else None
        if not form or form.get("type") != "json_schema":
            return {}
        if self.request.tools and 0 < self.family.generation < GEMINI_3:
            self._note("dropped", "Gemini 2.5 cannot answer in JSON while it has tools; the schema was left out")
            return {}
        schema = orjson.loads(orjson.dumps(form.get("schema") or {}))
        return {"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}}}

    # What was said

    def _messages(self) -> Iterator[Message]:
        system = [block.text for block in self.request.system_blocks if isinstance(block, TextBlock)]
        if search := search_of(self.request, self.family):
            system.append(search.wish())
        if text := "\n\n".join(filter(None, system)):
            yield {"role": "system", "content": text}
        last = ""
        for turn in turns(self.request.messages):
            messages = list(self._assistant(turn) if isinstance(turn, AssistantTurn) else self._user(turn))
            if messages and isinstance(turn, AssistantTurn) and last != "user":
                yield {"role": "user", "content": _GO_ON if last else _OPENING}
            yield from messages
            if messages:
                last = "assistant" if isinstance(turn, AssistantTurn) else "user"
        if last != "user":
            yield {"role": "user", "content": _GO_ON}

    def _assistant(self, turn: AssistantTurn) -> Iterator[Message]:
        """One message for all the model said: chat completions put the text before the calls."""
        texts: list[str] = []
        message: Message = {"role": "assistant"}
        for block in turn.blocks:
            if isinstance(block, TextBlock):
                texts.append(block.text)
            elif isinstance(block, ThinkingBlock):
                self._think(message, block)
            elif not isinstance(block, ToolUseBlock | RedactedThinkingBlock):
                texts += [str(part.get("text", "")) for part in parts_of(block, (), self._note)]
        if text := "".join(texts):
            message["content"] = text
        if calls := [self._call(block) for block in self._distinct(turn.calls)]:
            message["content"] = message.get("content")
            message["tool_calls"] = calls
        if "content" in message:
            yield message

    def _think(self, message: Message, block: ThinkingBlock) -> None:
        """Thoughts, back to whoever thought them; Gemini's summaries are not replayed."""
        memory = carried_by(block)
        if self.family.is_gemini or memory is None or memory.facts.get("model") != self.family.name:
            return
        message["reasoning_content"] = message.get("reasoning_content", "") + block.thinking
        if memory.signature:
            signed = {"type": "thinking", "thinking": block.thinking, "signature": memory.signature}
            message.setdefault("thinking_blocks", []).append(signed)

    def _call(self, call: ToolUseBlock) -> dict[str, Any]:
        """A tool call; its arguments are always JSON of an object: LiteLLM makes a schema out of "" for Gemini."""
        given = call.input if isinstance(call.input, dict) else {} if call.input is None else {"input": call.input}
        given = spelt(given) if self.family.is_gemini else given
        function = {"name": self.names.to_upstream(call.name), "arguments": orjson.dumps(given).decode()}
        called: dict[str, Any] = {"id": call_id(call, self.family), "type": "function", "function": function}
        if signature := self._signature(call):
            called["provider_specific_fields"] = {"thought_signature": signature}
        return called

    def _signature(self, call: ToolUseBlock) -> str:
        """What this model signed the call with; where there is none, LiteLLM puts Google's dummy on a first call."""
        memory = carried_by(call) if self.family.is_gemini and self.options.get("signatures") != "dummy" else None
        own = memory is not None and memory.facts.get("model", self.family.name) == self.family.name
        return memory.signature if memory and own else ""

    def _distinct(self, calls: list[ToolUseBlock]) -> list[ToolUseBlock]:
        """The calls without those that say the same again, where LiteLLM would drop them: before Gemini 3."""
        if not 0 < self.family.generation < GEMINI_3:
            return calls
        found: list[ToolUseBlock] = []
        for call in calls:
            if not any((call.name, call.input) == (one.name, one.input) for one in found):
                found.append(call)
        return found

    # What the user and the tools said

    def _user(self, turn: UserTurn) -> Iterator[Message]:
        beside: list[Part] = []
        kept = {call.id for call in self._distinct([answered.call for answered in turn.results])}
        for answered in turn.results:
            text, failed = self._result(answered, beside)
            if answered.call.id in kept:
                yield self._tool(answered.call, text, failed=failed)
            else:
                self._note("as_text", f"a repeated call of {answered.call.name}, of which LiteLLM keeps one")
                beside.append(text_part(f"Result of the same call, made again: {text}"))
        said = [*beside, *(part for block in turn.blocks for part in self._said(block))]
        if said:
            yield {"role": "user", "content": said[0]["text"] if _is_words(said) else said}

    def _said(self, block: Block) -> Iterator[Part]:
        if isinstance(block, ToolResultBlock):
            self._note("as_text", f"the result for {block.tool_use_id!r} answers no open call, so it became text")
            yield text_part(f"Result of an earlier tool call ({block.tool_use_id}):")
            for inner in block.blocks:
                yield from parts_of(inner, self.family.target.media, self._note)
        else:
            yield from parts_of(block, self.family.target.media, self._note)

    def _result(self, answered: Answered, beside: list[Part]) -> tuple[str, bool]:
        """A result's words, and whether it failed; its images stand in the user's message that follows."""
        result = answered.result
        if result and isinstance(result.content, str):
            return result.content or _NO_CONTENT, bool(result.is_error)
        blocks = result.blocks if result else (TextBlock(text=_NO_RESULT),)
        parts = [part for block in blocks for part in parts_of(block, self.family.target.media, self._note)]
        files = [part for part in parts if part["type"] != "text"]
        if files:
            beside += [text_part(f"From the result of {answered.call.name}:"), *files]
        text = "\n".join(part["text"] for part in parts if part["type"] == "text")
        return text or ("(See below.)" if files else _NO_CONTENT), result is None or bool(result.is_error)

    def _tool(self, call: ToolUseBlock, text: str, *, failed: bool) -> Message:
        """A tool's message. For Gemini it is JSON round one string, which LiteLLM hands on as it is.

        Anything else that looks like JSON it would parse: a `$ref` in it is refused (BerriAI/litellm#38223).
        """
        content = f"Error: {text}" if failed else text
        if self.family.is_gemini:
            content = orjson.dumps({"error" if failed else "output": text}).decode()
        return {"role": "tool", "tool_call_id": call_id(call, self.family), "content": content}


def _is_words(parts: list[Part]) -> bool:
    return len(parts) == 1 and parts[0]["type"] == "text"
