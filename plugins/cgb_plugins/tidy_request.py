"""Put a request into the shape every upstream understands."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from cgb import (
    Block,
    Context,
    Env,
    MessageParam,
    MessagesRequest,
    Settings,
    Target,
    TextBlock,
    Tool,
    ToolResultBlock,
    ToolUseBlock,
    hookimpl,
)
from cgb.messages import OutputConfig, ToolReferenceBlock, UnknownBlock, in_said_order

_BILLING = "x-anthropic-billing-header:"
_PLACEHOLDER = "DeferredToolPlaceholder"
_ADDED, _REMOVED = "tool_addition", "tool_removal"
_CHANGES = frozenset({_ADDED, _REMOVED})


class TidyRequest(Settings):
    """The table `[plugin.tidy-request]`."""

    max_tokens_limit: Annotated[int | None, Env("MAX_TOKENS_LIMIT")] = Field(default=None, ge=1)
    """The most tokens that an answer may have, whatever clients ask for; long edits need many."""


@hookimpl
def describe_settings() -> type[Settings]:
    return TidyRequest


@hookimpl
def fit_request(request: MessagesRequest, target: Target, ctx: Context, settings: TidyRequest) -> MessagesRequest:
    if target.native:
        return request
    for block in request.system_blocks:
        if not isinstance(block, TextBlock):
            ctx.note("dropped", f"a block of type {block.type!r} in the system prompt, which is text only")
    limit = settings.max_tokens_limit
    if limit:
        request = request.with_(max_tokens=min(request.max_tokens or limit, limit))
    tidy = {
        "system": _system(request),
        "messages": tuple(_messages(request.messages)),
        "tools": _tools(request),
        "output_config": _output_config(request),
    }
    changed = {name: value for name, value in tidy.items() if value != getattr(request, name)}
    return request.with_(**changed) if changed else request


def _system(request: MessagesRequest) -> str | None:
    """One text, without the billing line: it differs per conversation and would spoil every prompt cache."""
    if not request.system:
        return None
    texts = [block.text for block in request.system_blocks if isinstance(block, TextBlock)]
    kept = [text for text in texts if text.strip() and not text.startswith(_BILLING)]
    return "\n\n".join(kept) or None


def _messages(messages: tuple[MessageParam, ...]) -> Iterator[MessageParam]:
    """Turns that alternate: what stands between two answers of the model becomes one user message."""
    for turn in _turns(messages):
        if len(turn) == 1 and _is_tidy(turn[0]):
            yield turn[0]
            continue
        role = "assistant" if turn[0].role == "assistant" else "user"
        blocks = [block for message in turn for block in _blocks(message)]
        if role == "user":
            # Results come first: nothing may stand between a call and its result.
            blocks.sort(key=_is_no_result)
        if blocks:
            yield turn[0].with_(role=role, content=tuple(blocks))


def _turns(messages: Iterable[MessageParam]) -> list[list[MessageParam]]:
    found: list[list[MessageParam]] = []
    before = None
    for message in messages:
        is_assistant = message.role == "assistant"
        if is_assistant is before:
            found[-1].append(message)
        else:
            found.append([message])
        before = is_assistant
    return found


def _is_tidy(message: MessageParam) -> bool:
    """Whether a turn needs nothing, as most do: a look at it costs a tenth of a copy."""
    content, role = message.content, message.role
    if not content or role == "system":
        return False
    if isinstance(content, str):
        return True
    speaks = False
    for block in content:
        if _tidy(block, role) is not block:
            return False
        if type(block) is not ToolResultBlock:
            speaks = True
        elif speaks:
            return False
    return role == "user" or in_said_order(content) is content


def _is_no_result(block: Block) -> bool:
    return type(block) is not ToolResultBlock


def _blocks(message: MessageParam) -> list[Block]:
    """A message's blocks, each as the model can read it."""
    blocks = in_said_order(message.blocks) if message.role == "assistant" else message.blocks
    return [tidy for block in blocks if (tidy := _tidy(block, message.role)) is not None]


def _tidy(block: Block, role: str) -> Block | None:
    """A block as the model can read it; None for one that says nothing."""
    if type(block) is ToolUseBlock:
        return block
    if type(block) is TextBlock:
        return (_reminder(block) if role == "system" else block) if block.text else None
    if type(block) is ToolResultBlock:
        return block if isinstance(block.content, str) else _with_readable(block)
    if type(block) is UnknownBlock and block.type in _CHANGES:
        # The tools that came and went in mid-conversation are in `tools` by now; the model reads when that was.
        return TextBlock(text=f"Tool {'added' if block.type == _ADDED else 'removed'}: {_changed_tool(block)}")
    return _readable(block)


def _reminder(block: TextBlock) -> TextBlock:
    return TextBlock(text=f"<system-reminder>\n{block.text}\n</system-reminder>")


def _with_readable(block: ToolResultBlock) -> ToolResultBlock:
    content = tuple(map(_readable, block.blocks))
    return block if content == block.content else block.with_(content=content)


def _readable(block: Block) -> Block:
    """A reference to a tool as words."""
    return TextBlock(text=f"Tool loaded: {block.tool_name}") if isinstance(block, ToolReferenceBlock) else block


def _tools(request: MessagesRequest) -> tuple[Tool, ...]:
    """The tools to offer now: deferred ones once the client's search has found them or the model has used them."""
    known: set[str] = set()
    changes: list[UnknownBlock] = []
    for block in _every_block(request.messages):
        if type(block) is ToolUseBlock:
            known.add(block.name)
        elif type(block) is ToolReferenceBlock:
            known.add(block.tool_name)
        elif type(block) is UnknownBlock and block.type.startswith("tool_"):
            changes.append(block)
    if not (request.tools or changes):
        return ()
    known |= {_changed_tool(block) for block in changes if block.type == _ADDED}
    newest = {_changed_tool(block): block.type for block in changes if block.type in _CHANGES}
    removed = {name for name, change in newest.items() if change == _REMOVED}
    offered = [tool for tool in request.tools if tool.name in known or not tool.get("defer_loading")]
    defined = [tool for block in changes for tool in _defined(block)]
    gone = {_PLACEHOLDER, *removed}
    return tuple({tool.name or str(tool.type): tool for tool in (*offered, *defined) if tool.name not in gone}.values())


def _every_block(messages: Iterable[MessageParam]) -> list[Block]:
    found: list[Block] = []
    for message in messages:
        content = message.content
        for block in () if isinstance(content, str) else content:
            found.append(block)
            if type(block) is ToolResultBlock and isinstance(block.content, tuple):
                found += block.content
    return found


def _changed_tool(block: UnknownBlock) -> str:
    """The name of the tool that a tool_addition or tool_removal is about."""
    tool = block.get("tool")
    if not isinstance(tool, dict):
        return ""
    definition = tool.get("definition")
    return str(definition.get("name", "")) if isinstance(definition, dict) else str(tool.get("name", ""))


def _defined(block: UnknownBlock) -> Iterable[Tool]:
    tool = block.get("tool")
    definition = tool.get("definition") if isinstance(tool, dict) and block.type == _ADDED else None
    if isinstance(definition, dict) and definition.get("name") and isinstance(definition.get("input_schema"), dict):
        yield Tool.model_validate(definition)


def _output_config(request: MessagesRequest) -> OutputConfig | None:
    """The newest turn's own effort wins over the request's (beta per-turn-control)."""
    per_turn = [message.get("output_config") for message in request.messages if message.__pydantic_extra__]
    efforts = [config.get("effort") for config in per_turn if isinstance(config, dict) and config.get("effort")]
    if not efforts:
        return request.output_config
    return (request.output_config or OutputConfig()).with_(effort=efforts[-1])
