"""Routing by one function: cgb serve --plugins default,./rules.py."""

from cgb import Context, MessagesRequest, Route, ToolResultBlock, hookimpl


@hookimpl
def choose_route(request: MessagesRequest, ctx: Context) -> Route | None:
    """A small model works until two tools in a row have failed; then a large one takes over."""
    if ctx.kind not in {"main", "subagent"}:
        return None
    blocks = [block for message in request.messages for block in message.blocks]
    failed = [bool(block.is_error) for block in blocks if isinstance(block, ToolResultBlock)]
    if failed[-2:] == [True, True]:
        return Route("gemini", "gemini-pro-latest", why="two tools in a row have failed")
    return Route("gemini", "gemini-flash-latest", why="all goes well")
