"""`cgb plugins list`: what is installed, and what of it is enabled."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .options import ConfigFile, Plugins
from .start import Start

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cgb.plugins import Found


def list_(
    plugins: Plugins = None,
    config: ConfigFile = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the list as one JSON object.")] = False,
) -> None:
    """Show what is installed and what of it the list enables; imports no plugin.

    The JSON object has the members `list`, `plugins` and `sets`. A plugin has `name`, `distribution`, `version` and
    `place`, which is null where the plugin is not enabled; a set has `members`, null unless the list names it.
    """
    from cgb.errors import CgbError
    from cgb.plugins import select

    layers = Start(config, {"plugins": plugins}).layers()
    spec = layers.plugins
    chosen: tuple[str, ...] = ()
    problems = []
    try:
        chosen = select(spec)
    except CgbError as error:
        problems.append(error)
    found = {"list": spec, "plugins": list(_plugins(chosen)), "sets": list(_sets("" if problems else spec))}
    _print(found, as_json=as_json, origin=layers.origins.get("plugins", "default"))
    for problem in problems:
        raise problem


def _plugins(chosen: "Sequence[str]") -> "Iterator[dict[str, Any]]":
    """Each plugin, enabled ones first in their order."""
    from cgb.plugins import installed

    found = installed()
    for name in (*chosen, *(name for name in found if name not in chosen)):
        place = chosen.index(name) + 1 if name in chosen else None
        yield {"name": name, **_origin(found.get(name), name), "place": place}


def _sets(spec: str) -> "Iterator[dict[str, Any]]":
    """Each set; what it holds only if the list names it, for that imports the module it is in."""
    from cgb.plugins import SETS_GROUP, installed, members

    named = [word.strip() for word in spec.split(",")]
    for name, found in installed(SETS_GROUP).items():
        yield {"name": name, **_origin(found, name), "members": members(found) if name in named else None}


def _origin(found: "Found | None", name: str) -> dict[str, str]:
    if found is None:
        is_there = Path(name).expanduser().is_file()
        return {"distribution": "file" if is_there else "a file that is not there", "version": ""}
    if found.rivals:
        return {"distribution": " and ".join((found.origin, *found.rivals)), "version": ""}
    return {"distribution": found.distribution, "version": found.version}


def _print(found: dict[str, Any], *, as_json: bool, origin: str) -> None:
    if as_json:
        import json

        typer.echo(json.dumps(found, indent=2))
        return
    from rich.table import Table

    from .console import stdout

    table = Table("plugin", "from", "version", "place", box=None, pad_edge=False, header_style="bold")
    for one in found["plugins"]:
        place = f"{one['place']:>2}" if one["place"] else "not enabled"
        table.add_row(one["name"], one["distribution"], one["version"], place, style=None if one["place"] else "dim")
    for one in found["sets"]:
        what = "a set" if one["members"] is None else f"a set of {len(one['members'])}"
        table.add_row(one["name"], one["distribution"], one["version"], what)
    stdout().print(table)
    typer.echo(f"\nThe list: {found['list']} ({origin})")
