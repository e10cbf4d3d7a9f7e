"""`cgb plugins hooks`: what a plugin may implement."""

from pathlib import Path
from typing import Annotated

import typer


def hooks(
    markdown: Annotated[
        Path | None, typer.Option(help="Print the whole page as Markdown, with the examples of this folder.")
    ] = None,
) -> None:
    """Show the hooks a plugin may implement, in the order a request meets them."""
    from rich.table import Table

    from .console import stdout
    from .hooks_page import markdown as page
    from .hooks_page import table

    if markdown is not None:
        typer.echo(page(markdown), nl=False)
        return
    shown = Table("#", "hook", "when", "several plugins", box=None, pad_edge=False, header_style="bold")
    for place, row in enumerate(table(), 1):
        shown.add_row(str(place), *row)
    stdout().print(shown)
