"""What became of each tool's schema, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from cgb.explain import Explanation, ToolSchema


def shown(found: Explanation) -> Iterator[RenderableType]:
    """A row for each keyword that was dropped, weakened, moved or encoded; then the sizes."""
    tools = found.schemas
    told = [tool for tool in tools if tool.changes or tool.left_out]
    if told:
        yield _table(told)
        yield Text()
    sent = [tool for tool in tools if tool.bytes_after is not None]
    kept = [tool for tool in sent if not tool.changes]
    offered_later = [tool for tool in tools if tool.bytes_after is None and not tool.left_out]
    yield Text(f"tools: {len(tools)}, of them {len(kept)} with nothing lost, {len(sent) - len(kept)} with changes")
    if offered_later:
        yield Text(f"not sent: {', '.join(tool.tool for tool in offered_later)}", "dim")
    before, after = sum(tool.bytes_before for tool in tools), sum(tool.bytes_after or 0 for tool in tools)
    yield Text(f"schemas: {before:,} → {after:,} bytes")


def _table(tools: Sequence[ToolSchema]) -> Table:
    table = Table("tool", "bytes", "path", "keyword", "how", box=None, pad_edge=False, header_style="bold")
    for tool in tools:
        name, size = tool.tool, _size(tool)
        for change in tool.changes:
            table.add_row(name, size, change.path or "(root)", change.keyword, change.how)
            name = size = ""
        if tool.left_out:
            table.add_row(name, size, "", "", Text(f"left out: {tool.left_out}", "red"))
    return table


def _size(tool: ToolSchema) -> str:
    return f"{tool.bytes_before:,} → {tool.bytes_after:,}" if tool.bytes_after is not None else f"{tool.bytes_before:,}"
