"""`cgb plugins check`: whether a plugin is what the hooks expect, and keeps what they promise."""

from typing import TYPE_CHECKING, Annotated

import typer

from .options import ConfigFile
from .start import Start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.testing.subject import Subject
    from cgb.transport import Finding


def check(
    plugin: Annotated[
        str,
        typer.Argument(metavar="NAME|PATH", help="An installed plugin, or the path of a .py file.", show_default=False),
    ],
    config: ConfigFile = None,
    *,
    transparent: Annotated[
        bool, typer.Option("--transparent", help="It claims to leave alone whatever it has no business with: see that.")
    ] = False,
    shortens: Annotated[
        bool, typer.Option("--shortens", help="It changes earlier turns on purpose, at the cost of providers' caches.")
    ] = False,
    examples: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many requests and answers to try each property on.")
    ] = 100,
) -> None:
    """Check one plugin: that it loads, its settings, its hooks, and what must hold for each of them.

    The properties are tried with what is configured for the plugin; no network is needed. Exits with 1 when one does
    not hold, with 2 when the plugin does not load or its settings are wrong.
    """
    from cgb.testing.subject import Subject

    from . import log
    from .check import show

    log.setup("critical")
    subject = Subject.of(plugin, Start(config).config(), transparent=transparent, keeps_prefix=not shortens)
    well = True
    for finding in _findings(subject, examples):
        show(finding)
        well = well and finding.ok
    if not well:
        raise typer.Exit(1)


def _findings(subject: "Subject", examples: int) -> "Iterator[Finding]":
    from cgb.transport import Finding

    hooks = [hook for hook in subject.steps if hook != "describe_settings"]
    yield Finding(ok=True, text=f"{subject.name} loads from {subject.plugin.distribution}")
    yield Finding(ok=True, text=f"settings: {_settings(subject)}")
    yield Finding(ok=True, text=f"hooks: {', '.join(hooks) or 'only describe_settings'}")
    yield from _properties(subject, examples)


def _settings(subject: "Subject") -> str:
    if subject.settings is None:
        return "none"
    return f"{type(subject.settings).__name__} ({', '.join(type(subject.settings).model_fields) or 'empty'})"


def _properties(subject: "Subject", examples: int) -> "Iterator[Finding]":
    from cgb.testing.checking import checks
    from cgb.transport import Finding

    try:
        for one in checks(subject, examples):
            yield Finding(not one.failure, f"{one.hook}: {one.name}", one.failure.strip())
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        typer.echo(f"Not more than that: {error}")
