"""Tell a Gemini model that drives Claude Code what it tends to forget."""

from collections.abc import Iterator

from cgb import Block, Context, MessagesRequest, Settings, Target, TextBlock, hookimpl

GUIDANCE = """\
- Call only tools that are declared in this request, by their exact names. There is no `default_api.` prefix, and
  there are no tools you remember from elsewhere.
- Give exactly the arguments the tool's schema names, spelt as there, with values of the stated type. Add none.
- Paths are absolute. Read a file before you edit it; an edit's `old_string` is copied from what you read,
  whitespace included, and must be unique.
- When calls do not depend on each other, make them together; when one needs another's result, wait for it.
- After a failed call, read the error and change something. Never repeat the same call unchanged.
- Do the next step instead of announcing it: an answer that only describes a plan ends the turn.
- Use tools for facts about this machine and this code; do not guess file contents or command output.
- When the task is done, say briefly what you did and what you checked.
"""
"""The first part of the repository's CLAUDE.md, word for word; `cgb init` writes it into a project."""

_KINDS = frozenset({"main", "subagent", "compaction"})
_FIRST_LINE = GUIDANCE.partition("\n")[0]


class GeminiGuidance(Settings):
    """The table `[plugin.gemini-guidance]`."""

    text: str = GUIDANCE
    """What the model is told, at the end of the system prompt."""


@hookimpl
def describe_settings() -> type[Settings]:
    return GeminiGuidance


@hookimpl
def fit_request(request: MessagesRequest, target: Target, ctx: Context, settings: GeminiGuidance) -> MessagesRequest:
    if target.family != "gemini" or not _works_with_tools(request, ctx) or _knows_it(request):
        return request
    # Last, and the same in every turn: what stands before keeps its place in Gemini's cache of prefixes. A
    # compaction reads the same conversation, so it is told the same.
    return request.with_(system=(*request.system_blocks, TextBlock(text=settings.text)))


def _works_with_tools(request: MessagesRequest, ctx: Context) -> bool:
    """Whether this is Claude Code at work: other clients' tools and manners are their own."""
    is_claude_code = ctx.headers.get("user-agent", "").startswith("claude-cli")
    return is_claude_code and ctx.kind in _KINDS and any(tool.is_custom for tool in request.tools)


def _knows_it(request: MessagesRequest) -> bool:
    """Whether the project's own CLAUDE.md, which the client puts before the conversation, says it already."""
    return any(_FIRST_LINE in block.text for block in _opening(request) if isinstance(block, TextBlock))


def _opening(request: MessagesRequest) -> Iterator[Block]:
    yield from request.system_blocks
    for message in request.messages[:2]:
        yield from message.blocks
