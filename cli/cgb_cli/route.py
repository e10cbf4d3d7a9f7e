"""`cgb route`: which rule a request falls under, and why not under each other."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .files import name_of, read
from .options import ConfigFile, Plugins
from .start import Start

if TYPE_CHECKING:
    from cgb.config import Config
    from cgb.explain import Explanation


def route(
    request: Annotated[
        Path,
        typer.Argument(metavar="REQUEST.json", help="The body of a Messages API request; `-` reads it from stdin."),
    ],
    plugins: Plugins = None,
    config: ConfigFile = None,
    *,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Ask for this model instead.")] = None,
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME:VALUE", help="A header of the client's; may be repeated.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="As if it came then: 2026-11-23T09:30, in this machine's time zone."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the rules and the route as one JSON object.")] = False,
) -> None:
    """Show which rule a request falls under, what each other rule missed, and who chose its route.

    The JSON object has the members `rules` (each with `rule`, `name`, `to`, `holds`, `wins`, `when`, `remark`),
    `choose_route`, `route` and `error`.
    """
    import asyncio

    from . import log

    log.setup("error")  # what is wrong with rules is said beside them
    start = Start(config, {"plugins": plugins})
    found = asyncio.run(_route(request, start.config(), model, _headers(header or []), _time(at)))
    if as_json:
        typer.echo(_json(found))
    else:
        _show(found)
    if found.error:
        raise typer.Exit(1)


async def _route(
    path: Path, config: "Config", model: str | None, headers: dict[str, str], at: datetime | None
) -> "Explanation":
    from cgb.explain import captured, explain
    from cgb.plugins import load, select

    request, own = captured(read(path), name_of(path))
    if model:
        request = request.with_(model=model)
    return await explain(request, load(select(config.plugins)), config, own | headers, upto="choose_route", at=at)


def _headers(given: list[str]) -> dict[str, str]:
    from cgb.errors import ConfigError

    found = {}
    for one in given:
        name, colon, value = one.partition(":")
        if not (colon and name.strip()):
            raise ConfigError("--header should be a name and a value, such as 'x-team: blue'.")
        found[name.strip().lower()] = value.strip()
    return found


def _time(given: str | None) -> datetime | None:
    from cgb.errors import ConfigError

    try:
        return datetime.fromisoformat(given).astimezone() if given else None
    except ValueError:
        raise ConfigError(f"--at should be a date and a time, such as 2026-11-23T09:30; it is {given!r}.") from None


def _json(found: "Explanation") -> bytes:
    import orjson

    from .route_view import rules_of

    whole = orjson.loads(found.to_json())
    told = {name: whole[name] for name in ("choose_route", "route", "error")}
    return orjson.dumps({"rules": rules_of(found), **told}, option=orjson.OPT_INDENT_2)


def _show(found: "Explanation") -> None:
    from .console import stdout
    from .explain_view import choice, facts, failure
    from .route_view import rules_of

    stdout().print(facts(found), soft_wrap=True)
    if not rules_of(found):
        stdout().print("\nNo rule was asked: the model was picked by its name, or no plugin of the list has rules.")
    for line in (*choice(found), *failure(found)):
        stdout().print(line, soft_wrap=True)
