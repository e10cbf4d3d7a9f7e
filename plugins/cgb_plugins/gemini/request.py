"""Anthropic → Gemini: a request of the Messages API as a GenerateContentRequest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cgb import Block, Context, MessagesRequest, Target, TextBlock, ToolResultBlock, ToolUseBlock
from cgb.messages import (
    AssistantTurn,
    Carried,
    Content,
    RedactedThinkingBlock,
    ThinkingBlock,
    ToolNames,
    UserTurn,
    carried_by,
    turns,
)
from cgb.pieces import takes

from .generation import generation_config
from .media import Part, parts_of
from .models import GEMINI_3, Family
from .tools import declared_tools, domains, tool_config

DUMMY_SIGNATURE = "skip_thought_signature_validator"
"""Documented by Google for calls whose signature is not to be had; it costs quality, so only as the last resort."""

_THOUGHTS = frozenset({ThinkingBlock, RedactedThinkingBlock})
_OPENING = "(The conversation begins with the model's turn.)"
_GO_ON = "Continue."
_NO_RESULT = "There is no result: the tool was interrupted."


@dataclass(frozen=True, slots=True)
class Converter:
    """Converts one request for one model; `body` is what goes over the wire.

    Attributes:
        request: what is asked.
        family: the model's.
        names: the tools' names, there and back.
        ctx: where notes go.
        safety: thresholds by category.
        options: the route's: `signatures = "dummy"` sends none of those that Gemini gave, `function_calling` is
            the mode where the model is free to call or not, such as `VALIDATED`.
    """

    request: MessagesRequest
    family: Family
    names: ToolNames
    ctx: Context
    safety: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def target(self) -> Target:
        """What the model can do."""
        return self.family.target

    def body(self) -> dict[str, Any]:
        """The GenerateContentRequest; members that would be empty are left out, as Gemini refuses them.

        Raises:
            InvalidRequest: the request holds something that cannot reach Gemini in any form.
        """
        tools = declared_tools(self.request, self.names, self.family, self.ctx)
        members = {
            "systemInstruction": self._system(),
            "contents": self._contents(),
            "tools": tools,
            "toolConfig": tool_config(self.request, self.names, tools, str(self.options.get("function_calling") or "")),
            "safetySettings": [{"category": name, "threshold": level} for name, level in self.safety.items()],
            "generationConfig": generation_config(self.request, self.family, tools, self.ctx),
        }
        return {name: value for name, value in members.items() if value}

    def _note(self, kind: str, text: str) -> None:
        self.ctx.note(kind, text)

    def _system(self) -> dict[str, Any] | None:
        texts = [block.text for block in self.request.system_blocks if isinstance(block, TextBlock)]
        sites = domains(self.request, self.family)
        parts = [{"text": text} for text in (*texts, sites.wish() if sites else "") if text]
        return {"parts": parts} if parts else None

    def _contents(self) -> list[dict[str, Any]]:
        contents: list[dict[str, Any]] = []
        calls: list[Part] = []
        last = ""
        for turn in turns(self.request.messages, _is_said):
            if isinstance(turn, AssistantTurn):
                role, parts = "model", self._model_parts(turn)
                calls = [part["functionCall"] for part in parts if "functionCall" in part]
            else:
                role, parts = "user", self._user_parts(turn, calls)
            if not parts:
                continue
            if role == "model" and last != "user":
                contents.append({"role": "user", "parts": [{"text": _GO_ON if last else _OPENING}]})
            last = role
            contents.append({"role": role, "parts": parts})
        if last != "user":
            contents.append({"role": "user", "parts": [{"text": _GO_ON}]})
        return contents

    # What the model said

    def _model_parts(self, turn: AssistantTurn) -> list[Part]:
        parts: list[Part] = []
        needs_signature = self.family.generation >= GEMINI_3 or self._wants_dummies
        for block in turn.blocks:
            memory = carried_by(block)
            if memory is not None:
                memory = self._usable(memory)
            if type(block) is TextBlock:
                parts += _text(block.text, memory)
            elif type(block) is ToolUseBlock:
                parts.append(self._call(block, memory, needs_signature=needs_signature))
                needs_signature = False
            elif type(block) is ThinkingBlock:
                parts += _signed_thought(block, memory)
            elif type(block) is RedactedThinkingBlock:
                _sign_text(parts, memory)
            else:
                parts += parts_of(block, (), self._note)
        return parts

    def _usable(self, memory: Carried) -> Carried:
        """What of it is for this model: another model's signature is not, nor is one that was refused."""
        is_own = memory.facts.get("model", self.family.name) == self.family.name
        return memory if is_own and not self._wants_dummies else Carried("", memory.facts)

    @property
    def _wants_dummies(self) -> bool:
        return self.options.get("signatures") == "dummy"

    def _call(self, block: ToolUseBlock, memory: Carried | None, *, needs_signature: bool) -> Part:
        """A functionCall with the id and the signature that Gemini gave it.

        Each step's first call needs one (Gemini API contract, thought signatures); where the history holds none,
        because another model wrote it, the documented dummy stands in on every such call, also old ones,
        so that the prefix of a growing conversation stays the same.
        """
        name, args = block.name, block.input
        if not isinstance(args, dict):
            args = {} if args is None else {"input": args}
        call: Part = {"name": self.names.to_upstream(name), "args": args}
        if memory and "id" in memory.facts:
            call["id"] = memory.facts["id"]
        if memory and memory.signature:
            return {"functionCall": call, "thoughtSignature": memory.signature}
        if needs_signature:
            self.ctx.note("dummy_signature", f"the call of {name} had no signature", tool=name)
            return {"functionCall": call, "thoughtSignature": DUMMY_SIGNATURE}
        return {"functionCall": call}

    # What the user and the tools said

    def _user_parts(self, turn: UserTurn, calls: list[Part]) -> list[Part]:
        beside: list[Part] = []
        parts: list[Part] = []
        for call, answered in zip(calls, turn.results, strict=True):
            parts.append(self._response(call, answered.result, beside))
        parts += beside
        for block in turn.blocks:
            parts += self._late(block) if type(block) is ToolResultBlock else self._parts((block,))
        return parts

    def _late(self, block: ToolResultBlock) -> list[Part]:
        self._note("as_text", f"the result for {block.tool_use_id!r} answers no open call, so it became text")
        return [{"text": f"Result of an earlier tool call ({block.tool_use_id}):"}, *self._parts(block.content)]

    def _parts(self, content: Content | None) -> list[Part]:
        """What the user or a tool said."""
        if isinstance(content, str):
            return [{"text": content}] if content else []
        return [part for block in content or () for part in parts_of(block, self.target.media, self._note)]

    def _response(self, call: Part, result: ToolResultBlock | None, beside: list[Part]) -> Part:
        """A functionResponse, which bears the name and id of its functionCall.

        Its text is always one string: a `$ref` inside a structured one is refused. Gemini API contract, request
        fields; BerriAI/litellm#38223.
        """
        content = result.content if result else _NO_RESULT
        if isinstance(content, str):
            text, inside = content, []
        else:
            parts = self._parts(content)
            text = "\n".join([part["text"] for part in parts if "text" in part])
            files = [part for part in parts if "text" not in part]
            inside = [part for part in files if self._fits_inside(part)]
            beside += [part for part in files if not self._fits_inside(part)]
        failed = result is None or bool(result.is_error)
        response: dict[str, Any] = {
            "name": call["name"],
            "response": {"error" if failed else "output": text},
        }
        if "id" in call:
            response["id"] = call["id"]
        if inside:
            response["parts"] = inside
        return {"functionResponse": response}

    def _fits_inside(self, part: Part) -> bool:
        """Whether a file may stand inside a functionResponse; any other stands beside it."""
        return takes(self.target.media_in_tool_results, part["inlineData"]["mimeType"])


def _is_said(block: Block) -> bool:
    """Whether a block is part of the conversation: thoughts are so only where they carry something of Gemini's."""
    return type(block) not in _THOUGHTS or carried_by(block) is not None


def _text(text: str, memory: Carried | None) -> list[Part]:
    """A text; its beginning apart, where Gemini signed that."""
    size = int(memory.facts.get("n", 0)) if memory and memory.signature else 0
    rest = [{"text": text[size:]}] if len(text) > size else []
    if memory and size:
        return [{"text": text[:size], "thoughtSignature": memory.signature}, *rest]
    return rest


def _signed_thought(block: ThinkingBlock, memory: Carried | None) -> list[Part]:
    """The part that Gemini signed, and no other thought: summaries are not replayed."""
    if memory is None or not memory.signature:
        return []
    return [{"text": _tail(block.thinking, memory), "thought": True, "thoughtSignature": memory.signature}]


def _sign_text(parts: list[Part], memory: Carried | None) -> None:
    """Cut the text that Gemini signed out of the part before, or put an empty signed one in its place."""
    if memory is None or not memory.signature:
        return
    text = parts.pop()["text"] if parts and parts[-1].keys() == {"text"} else ""
    end = max(len(text) - int(memory.facts.get("since", 0)), 0)
    start = max(end - int(memory.facts.get("n", 0)), 0)
    signed = {"text": text[start:end], "thoughtSignature": memory.signature}
    parts += [part for part in ({"text": text[:start]}, signed, {"text": text[end:]}) if part is signed or part["text"]]


def _tail(text: str, memory: Carried) -> str:
    """As many characters of the end as the signature is for."""
    size = int(memory.facts.get("n", 0))
    return text[len(text) - size :] if size else ""
