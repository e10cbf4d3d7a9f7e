"""Anthropic → Gemini: a request of the Messages API as a GenerateContentRequest."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cgb import Block, Context, MessagesRequest, Target, ToolResultBlock, ToolUseBlock
from cgb.messages import TextBlock, Tool, ToolNames, carried

from .media import Part, parts_of, takes
from .models import Family
from .thinking import output_tokens, thinking_config
from .turns import Answered, ModelTurn, UserTurn, turns

DUMMY_SIGNATURE = "skip_thought_signature_validator"
"""Documented by Google for calls whose signature is not to be had; it costs quality, so only as the last resort."""

_GEMINI_3 = 3.0
_STOP_SEQUENCES = 5
_OPENING = "(The conversation begins with the model's turn.)"
_GO_ON = "Continue."
_NO_RESULT = "There is no result: the tool was interrupted."


def tool_names(request: MessagesRequest) -> ToolNames:
    """The two-way map of the names this request declares."""
    return ToolNames(tool.name for tool in request.tools if tool.is_custom)


@dataclass(frozen=True, slots=True)
class Converter:
    """Converts one request for one model; `body` is what goes over the wire."""

    request: MessagesRequest
    family: Family
    names: ToolNames
    ctx: Context

    @property
    def target(self) -> Target:
        """What the model can do."""
        return self.family.target

    def body(self) -> dict[str, Any]:
        """The GenerateContentRequest; members that would be empty are left out, as Gemini refuses them."""
        tools = self._tools()
        members = {
            "systemInstruction": self._system(),
            "contents": list(self._contents()),
            "tools": tools,
            "toolConfig": self._tool_config(tools),
            "generationConfig": self._generation(tools),
        }
        return {name: value for name, value in members.items() if value}

    def _note(self, kind: str, text: str) -> None:
        self.ctx.note(kind, text)

    def _system(self) -> dict[str, Any] | None:
        parts = [{"text": block.text} for block in self.request.system_blocks if isinstance(block, TextBlock)]
        parts = [part for part in parts if part["text"]]
        return {"parts": parts} if parts else None

    # The conversation

    def _contents(self) -> Iterator[dict[str, Any]]:
        last = ""
        for turn in turns(self.request.messages):
            role = "model" if isinstance(turn, ModelTurn) else "user"
            parts = list(self._model_parts(turn) if isinstance(turn, ModelTurn) else self._user_parts(turn))
            if not parts:
                continue
            if role == "model" and last != "user":
                yield {"role": "user", "parts": [{"text": _GO_ON if last else _OPENING}]}
            last = role
            yield {"role": role, "parts": parts}
        if last != "user":
            yield {"role": "user", "parts": [{"text": _GO_ON}]}

    def _model_parts(self, turn: ModelTurn) -> Iterator[Part]:
        is_first_call = True
        for block in turn.blocks:
            if isinstance(block, ToolUseBlock):
                yield self._call(block, needs_signature=is_first_call)
                is_first_call = False
            else:
                yield from parts_of(block, (), self._note)

    def _call(self, block: ToolUseBlock, *, needs_signature: bool) -> Part:
        """A functionCall with the id and the signature that Gemini gave it.

        Each step's first call needs one (Gemini API contract, thought signatures); where the history holds none,
        because another model wrote it, the documented dummy stands in on every such call, also old ones,
        so that the prefix of a growing conversation stays the same.
        """
        memory = carried(block.id)
        args = block.input if isinstance(block.input, dict) else {} if block.input is None else {"input": block.input}
        call: Part = {"name": self.names.to_upstream(block.name), "args": args}
        if memory and "id" in memory.facts:
            call["id"] = memory.facts["id"]
        if memory and memory.signature:
            return {"functionCall": call, "thoughtSignature": memory.signature}
        if needs_signature and self.family.generation >= _GEMINI_3:
            self.ctx.note("dummy_signature", f"the call of {block.name} had no signature", tool=block.name)
            return {"functionCall": call, "thoughtSignature": DUMMY_SIGNATURE}
        return {"functionCall": call}

    def _user_parts(self, turn: UserTurn) -> Iterator[Part]:
        beside: list[Part] = []
        for answered in turn.results:
            yield self._response(answered, beside)
        yield from beside
        for block in turn.blocks:
            yield from self._user_block(block)

    def _user_block(self, block: Block) -> Iterator[Part]:
        if isinstance(block, ToolResultBlock):
            self._note("as_text", f"the result for {block.tool_use_id!r} answers no open call, so it became text")
            yield {"text": f"Result of an earlier tool call ({block.tool_use_id}):"}
            for inner in block.blocks:
                yield from parts_of(inner, self.target.media, self._note)
        else:
            yield from parts_of(block, self.target.media, self._note)

    def _response(self, answered: Answered, beside: list[Part]) -> Part:
        """A functionResponse. Its text is always one string: a `$ref` inside a structured one is refused.

        Gemini API contract, request fields; BerriAI/litellm#38223.
        """
        call, result = answered.call, answered.result
        blocks = result.blocks if result else (TextBlock(text=_NO_RESULT),)
        parts = [part for block in blocks for part in parts_of(block, self.target.media, self._note)]
        text = "\n".join(part["text"] for part in parts if "text" in part)
        inside = [part for part in parts if "text" not in part and self._fits_inside(part)]
        beside += [part for part in parts if "text" not in part and not self._fits_inside(part)]
        failed = result is None or bool(result.is_error)
        response: dict[str, Any] = {
            "name": self.names.to_upstream(call.name),
            "response": {"error" if failed else "output": text},
        }
        memory = carried(call.id)
        if memory and "id" in memory.facts:
            response["id"] = memory.facts["id"]
        if inside:
            response["parts"] = inside
        return {"functionResponse": response}

    def _fits_inside(self, part: Part) -> bool:
        """Whether a file may stand inside a functionResponse; any other stands beside it."""
        return takes(self.target.media_in_tool_results, part["inlineData"]["mimeType"])

    # Tools

    def _tools(self) -> list[dict[str, Any]]:
        declarations = {tool.name: self._declaration(tool) for tool in self.request.tools if tool.is_custom}
        functions = [{"functionDeclarations": list(declarations.values())}] if declarations else []
        return functions + self._server_tools(with_functions=bool(functions))

    def _declaration(self, tool: Tool) -> dict[str, Any]:
        declared = {"name": self.names.to_upstream(tool.name), "parametersJsonSchema": tool.input_schema}
        return {**declared, "description": tool.description} if tool.description else declared

    def _server_tools(self, *, with_functions: bool) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for tool in self.request.tools:
            if tool.is_custom:
                continue
            kind = _server_tool(tool)
            if kind is None or (with_functions and self.family.generation < _GEMINI_3):
                self._note("dropped", f"this model cannot run the server tool {tool.type!r} in this request")
            elif {kind: {}} not in found:
                found.append({kind: {}})
        return found

    def _tool_config(self, tools: list[dict[str, Any]]) -> dict[str, Any]:
        config: dict[str, Any] = {}
        functions = any("functionDeclarations" in tool for tool in tools)
        if functions and len(tools) > 1:
            config["includeServerSideToolInvocations"] = True
        choice = self.request.tool_choice
        if functions and choice is not None:
            calling = _calling(choice.type, choice.name and self.names.to_upstream(choice.name), tools)
            config |= {"functionCallingConfig": calling} if calling else {}
        return config

    # Generation

    def _generation(self, tools: list[dict[str, Any]]) -> dict[str, Any]:
        request = self.request
        members = {
            "maxOutputTokens": output_tokens(request, self.target),
            "stopSequences": [text for text in request.stop_sequences or () if text][:_STOP_SEQUENCES],
            "thinkingConfig": thinking_config(request, self.target),
            "topK": request.top_k,
            **self._sampling(),
            **self._format(tools),
        }
        return {name: value for name, value in members.items() if value not in (None, [], {})}

    def _sampling(self) -> dict[str, Any]:
        """Temperature only before Gemini 3: from there on a low one is documented to risk loops."""
        request = self.request
        heat = request.temperature if self.family.generation < _GEMINI_3 else None
        return {"temperature": heat if heat is None else min(max(heat, 0.0), 2.0), "topP": request.top_p}

    def _format(self, tools: list[dict[str, Any]]) -> dict[str, Any]:
        form = self.request.output_config.format if self.request.output_config else None
        if not form or form.get("type") != "json_schema":
            return {}
        if tools and self.family.generation < _GEMINI_3:
            self._note("dropped", "Gemini 2.5 cannot answer in JSON while it has tools; the schema was left out")
            return {}
        return {"responseMimeType": "application/json", "responseJsonSchema": form.get("schema")}


def _server_tool(tool: Tool) -> str | None:
    kind = tool.type or ""
    if kind.startswith("web_search"):
        return "googleSearch"
    return "urlContext" if kind.startswith("web_fetch") else None


def _calling(choice: str, name: str | None, tools: list[dict[str, Any]]) -> dict[str, Any] | None:
    """A functionCallingConfig; only a declared function can be demanded, so no server tool (BerriAI/litellm#25477)."""
    declared = {function["name"] for tool in tools for function in tool.get("functionDeclarations", ())}
    match choice:
        case "any":
            return {"mode": "ANY"}
        case "tool" if name in declared:
            return {"mode": "ANY", "allowedFunctionNames": [name]}
        case "none":
            return {"mode": "NONE"}
        case _:
            return None
