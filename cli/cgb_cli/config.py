"""`cgb config`: what is configured, and by what."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import ConfigFile, Plugins
from .start import Start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cgb.config import Config
    from cgb.settings import Settings

    from .config_view import Table


def config(
    plugins: Plugins = None,
    config: ConfigFile = None,
    *,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print a JSON Schema of cgb.toml, for editors, instead.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the settings as one JSON object.")] = False,
) -> None:
    """Show each setting of the server and of the enabled plugins, and where it comes from; secrets stay hidden.

    The schema knows the settings of the enabled plugins; tables of others may hold anything by it. Write it to
    cgb.schema.json, begin cgb.toml with `#:schema ./cgb.schema.json`, and editors complete and check it.
    The JSON object has the members `plugins` (`value`, `origin`, `order`); `tables`: by their names, what each
    holds (`value`, `origin`, `default`, `type`, `description`, `variables`), null without settings, or `error`; and
    `unused`: variables that set nothing.
    """
    found = Start(config, {"plugins": plugins}).config()
    if schema:
        typer.echo(_schema(found))
        return
    _show(found, as_json=as_json)


def _schema(config: "Config") -> str:
    import json

    from cgb.json_schema import json_schema
    from cgb.opening import models_of
    from cgb.plugins import installed, load, select

    models = models_of(load(select(config.plugins)))
    return json.dumps(json_schema(models, [name for name in installed() if name not in models]), indent=2)


def _show(config: "Config", *, as_json: bool) -> None:
    """Print what can be told, also of a configuration that is wrong; then say what is wrong."""
    from cgb.errors import CgbError
    from cgb.opening import models_of
    from cgb.plugins import load, select

    from .config_view import as_toml, to_json

    models: Mapping[str, type[Settings] | None] = {}
    problems: list[CgbError] = []
    try:
        models = models_of(load(select(config.plugins)))
        config.check_tables(models)
    except CgbError as error:
        problems.append(error)
    tables = list(_tables(config, models))
    if as_json:
        typer.echo(to_json(config, list(models), tables))
    else:
        _print(as_toml(config, list(models), tables))
    problems += [table.problem for table in tables if table.problem]
    if problems:
        raise problems[0]


def _tables(config: "Config", models: "Mapping[str, type[Settings] | None]") -> "Iterator[Table]":
    from functools import partial

    from .config_view import table

    yield table(config, ("server",), lambda: config.server)
    for name, model in models.items():
        yield table(config, ("plugin", name), partial(config.settings_of, name, model))


def _print(lines: "Iterator[Sequence[tuple[str, str]]]") -> None:
    from rich.text import Text

    from .console import stdout

    for line in lines:
        stdout().print(Text.assemble(*line), soft_wrap=True)
