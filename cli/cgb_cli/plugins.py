"""`cgb plugins`: what is installed, and what of it is enabled."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import ConfigFile, Plugins
from .start import Start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cgb.plugins import Found

plugins = typer.Typer(help="Look at plugins.", no_args_is_help=True)


@plugins.callback()
def _group() -> None:
    """Look at plugins."""


@plugins.command("list")
def list_(plugins: Plugins = None, config: ConfigFile = None) -> None:
    """Show what is installed and what of it the list enables; imports no plugin."""
    from cgb.plugins import SETS_GROUP, installed, select

    spec = Start(config, {"plugins": plugins}).config().plugins
    found, sets = installed(), installed(SETS_GROUP)
    try:
        chosen = select(spec)
    except Exception:
        _show(found, sets, ())
        raise
    _show(found, sets, chosen)
    typer.echo(f"\nThe list: {spec}")


@plugins.command()
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


def _show(found: "dict[str, Found]", sets: "dict[str, Found]", chosen: "Sequence[str]") -> None:
    from rich.table import Table

    from .console import stdout

    table = Table("plugin", "from", "version", "place", box=None, pad_edge=False, header_style="bold")
    rows = {name: (one.distribution, one.version) for name, one in found.items()}
    rows.update((name, ("file", "")) for name in chosen if name not in found)
    for name in sorted(rows, key=lambda name: (name not in chosen, _place(chosen, name), name)):
        enabled = name in chosen
        table.add_row(name, *rows[name], _place(chosen, name) or "not enabled", style=None if enabled else "dim")
    for name, one in sets.items():
        table.add_row(name, one.distribution, one.version, "a set")
    stdout().print(table)


def _place(chosen: "Sequence[str]", name: str) -> str:
    return f"{chosen.index(name) + 1:>2}" if name in chosen else ""
