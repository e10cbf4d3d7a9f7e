"""`cgb explain`: what each plugin does to a request and to its answer."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .files import name_of, read
from .options import ConfigFile, Plugins
from .start import Start

if TYPE_CHECKING:
    from cgb.config import Config
    from cgb.explain import Explanation

_SIMULATED = ("gemini",)
"""The transports that `simulated_gemini` answers."""


def explain(
    request: Annotated[
        Path,
        typer.Argument(metavar="REQUEST.json", help="The body of a Messages API request; `-` reads it from stdin."),
    ],
    plugins: Plugins = None,
    config: ConfigFile = None,
    *,
    model: Annotated[str | None, typer.Option(metavar="NAME", help="Ask for this model instead.")] = None,
    upto: Annotated[
        str,
        typer.Option(
            metavar="HOOK", help="Stop after rewrite_request, choose_route or fit_request; else transform_stream."
        ),
    ] = "transform_stream",
    answer: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A recorded answer to show the way back of: a stream, or a message as JSON."),
    ] = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Let a simulated Gemini in this machine answer, and show the way back.")
    ] = False,
    schemas: Annotated[bool, typer.Option("--schemas", help="Show only what became of each tool's schema.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print all of it as one JSON object.")] = False,
) -> None:
    """Show what each plugin does to a request and to its answer; nothing is sent upstream.

    The JSON object has the members `request`, `plugins`, `rewrite_request`, `choose_route`, `route`,
    `wrap_transport`, `attempts` (each with `route`, `set`, `fit_request`, `target`, `body`, `transform_stream`),
    `schemas`, `answer`, `notes` and `error`. A change is `op` (add, remove, replace), `path`, `before`, `after`.
    """
    found = _explained(request, Start(config, {"plugins": plugins}), model, upto, answer, simulated=simulated)
    if as_json:
        typer.echo(found.to_json())
    else:
        _show(found, schemas=schemas)
    if found.error:
        raise typer.Exit(1)


def _explained(
    path: Path, start: Start, model: str | None, upto: str, answer: Path | None, *, simulated: bool
) -> "Explanation":
    import asyncio

    from cgb.errors import ConfigError

    from . import log
    from .demo import simulated_gemini

    if answer and simulated:
        raise ConfigError("--answer and --simulated both give an answer: leave one of them out.")
    log.setup("warning")
    with simulated_gemini(wanted=simulated):
        config = start.config()
        return asyncio.run(_explain(path, config, model, upto, answer, simulated=simulated))


async def _explain(
    path: Path, config: "Config", model: str | None, upto: str, answer: Path | None, *, simulated: bool
) -> "Explanation":
    from cgb.explain import captured, explain, recorded
    from cgb.plugins import load, select

    request, headers = captured(read(path), name_of(path))
    if model:
        request = request.with_(model=model)
    return await explain(
        request,
        load(select(config.plugins)),
        config,
        headers,
        upto=upto,
        answer=await recorded(read(answer), name_of(answer)) if answer else None,
        live=_SIMULATED if simulated else (),
    )


def _show(found: "Explanation", *, schemas: bool) -> None:
    from .console import stdout
    from .explain_schemas import shown as shown_schemas
    from .explain_view import shown

    for line in shown_schemas(found) if schemas else shown(found):
        stdout().print(line, soft_wrap=True)
