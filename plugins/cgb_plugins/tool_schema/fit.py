"""The way out: the tools that a request declares, the calls in its history, the form of its answer."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from cgb import Context, InvalidRequest, MessageParam, MessagesRequest, Target, TextBlock, Tool, ToolUseBlock, hookimpl

from .compile import compile_schema
from .compiled import Compiled, Uncompilable

log = logging.getLogger("cgb.tool-schema")


@hookimpl
def fit_request(request: MessagesRequest, target: Target, ctx: Context) -> MessagesRequest:
    if target.native or target.schema == "json-schema":
        return request
    request = _with_answer_form(request, target, ctx)
    fitting = _Fitting(target, ctx)
    given = [(tool, fitting.fitted(tool)) for tool in request.tools]
    if all(fitted is tool for tool, fitted in given):
        return request
    request = request.with_(tools=tuple(fitted for _, fitted in given if fitted is not None))
    if fitting.left_out:
        request = _without(request, fitting.left_out)
    coded = {name: each for name, each in fitting.compiled.items() if each.codec is not None}
    return _with_history(request, coded) if coded else request


@dataclass
class _Fitting:
    """The tools of one request on their way to what the target takes."""

    target: Target
    ctx: Context
    compiled: dict[str, Compiled] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def fitted(self, tool: Tool) -> Tool | None:
        """The tool as the target takes it; None if it has to be left out."""
        if not tool.is_custom:
            return tool
        try:
            compiled = compile_schema(tool.input_schema, self.target.schema)
        except Uncompilable as error:
            self._leave_out(tool.name, error)
            return None
        except Exception as error:  # one tool's schema must not cost the whole request
            log.exception("the schema of the tool %s could not be compiled; please report it", tool.name)
            self._leave_out(tool.name, Uncompilable(f"could not be read ({type(error).__name__})"))
            return None
        self.compiled[tool.name] = compiled
        if compiled.changes:
            _note_changes(self.ctx, tool.name, compiled)
        return tool.with_(input_schema=compiled.schema) if compiled.changed else tool

    def _leave_out(self, name: str, error: Uncompilable) -> None:
        self.left_out[name] = error.reason
        where = f"input_schema{error.path}"
        log.warning("the tool %s was left out of a request: its %s %s", name, where, error.reason)
        text = f"{name}: left out, its {where} {error.reason}"
        _note(self.ctx, "quarantine", name, text, path=error.path, reason=error.reason)


def _note_changes(ctx: Context, tool: str, compiled: Compiled) -> None:
    changes = [change.as_data() for change in compiled.changes]
    _note(ctx, "schema", tool, _summary(tool, compiled), changes=changes)


def _note(ctx: Context, kind: str, tool: str, text: str, **data: object) -> None:
    """One note a tool and request, also where several attempts are made."""
    if not any(note.kind == kind and note.data.get("tool") == tool for note in ctx.notes):
        ctx.note(kind, text, tool=tool, **data)


def _summary(name: str, compiled: Compiled) -> str:
    by_how: dict[str, list[str]] = {}
    for change in compiled.changes:
        keywords = by_how.setdefault(change.how, [])
        if change.keyword not in keywords:
            keywords.append(change.keyword)
    return f"{name}: " + "; ".join(f"{how} {', '.join(keywords)}" for how, keywords in by_how.items())


def _with_answer_form(request: MessagesRequest, target: Target, ctx: Context) -> MessagesRequest:
    """The request with the schema of its answer compiled, where it wants one."""
    form = request.output_config.format if request.output_config else None
    schema = form.get("schema") if form else None
    if request.output_config is None or form is None or not isinstance(schema, Mapping):
        return request
    compiled = compile_schema(schema, target.schema, "answer")
    if compiled.changes:
        _note(
            ctx, "schema", "output_config.format", _summary("output_config.format", compiled), changes=compiled.changes
        )
    if not compiled.changed:
        return request
    return request.with_(output_config=request.output_config.with_(format={**form, "schema": compiled.schema}))


def _without(request: MessagesRequest, left_out: Mapping[str, str]) -> MessagesRequest:
    """The request after tools were left out: the model is told, and nobody insists on what is not there."""
    choice = request.tool_choice
    if choice is not None and choice.name is not None and choice.name in left_out:
        raise InvalidRequest(
            f"tool_choice asks for the tool {choice.name!r}, whose input_schema {left_out[choice.name]}. "
            "Mend the schema, or let the model choose."
        )
    told = [f"The tool {name} is not available: its schema could not be translated." for name in left_out]
    system = (*request.system_blocks, *(TextBlock(text=line) for line in told))
    request = request.with_(system=system)
    return request if request.tools else request.with_(tool_choice=None)


def _with_history(request: MessagesRequest, coded: Mapping[str, Compiled]) -> MessagesRequest:
    """The calls made so far in the form in which the model made them."""
    messages = tuple(_encoded(message, coded) for message in request.messages)
    return request.with_(messages=messages)


def _encoded(message: MessageParam, coded: Mapping[str, Compiled]) -> MessageParam:
    if not any(isinstance(block, ToolUseBlock) and block.name in coded for block in message.blocks):
        return message
    blocks = tuple(
        block.with_(input=coded[block.name].encode(block.input))
        if isinstance(block, ToolUseBlock) and block.name in coded and isinstance(block.input, dict)
        else block
        for block in message.blocks
    )
    return message.with_(content=blocks)
