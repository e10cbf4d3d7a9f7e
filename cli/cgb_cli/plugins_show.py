"""`cgb plugins show`: all about one plugin."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import ConfigFile, Plugins
from .start import Start

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from cgb.plugins import Found


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An installed plugin or set, or a path to a .py file.")],
    plugins: Plugins = None,
    config: ConfigFile = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as one JSON object.")] = False,
) -> None:
    """Show whose a plugin is, what it does, what may be set and is, and what it brings.

    The JSON object has the members `name`, `distribution`, `version`, `home_page`, `module`, `summary`, `hooks` (by
    name: `async`, `place`), `settings` (by name, as `cgb config --json` has them), `transport`, `missing`, `models`
    (each with `id`, `route`, `display_name`) and `problems`. A set has `members` instead.
    """
    import asyncio

    from cgb.plugins import SETS_GROUP, installed, select

    from . import log
    from .plugin_facts import facts
    from .plugins_show_view import as_json as to_json
    from .plugins_show_view import lines

    if found := installed(SETS_GROUP).get(name):
        _show_set(found, as_json=as_json)
        return
    log.setup("error")  # what its settings lack is said here
    configured = Start(config, {"plugins": plugins}).config()
    (chosen,) = select(name)
    told = asyncio.run(facts(chosen, configured))
    if as_json:
        typer.echo(to_json(told))
    else:
        _print(lines(told))
    for problem in told.problems:
        raise problem


def _show_set(found: "Found", *, as_json: bool) -> None:
    import json
    from dataclasses import asdict

    from cgb.plugins import members

    named = members(found)
    if as_json:
        typer.echo(json.dumps({**asdict(found), "members": named}, indent=2))
    else:
        typer.echo(f"{found.name}, a set of {found.origin}\n\n{', '.join(named) or 'no plugins'}")


def _print(lines: "Iterable[Text]") -> None:
    from .console import stdout

    for line in lines:
        stdout().print(line, soft_wrap=True)
