"""`cgb plugins new`: a package for a plugin of one's own, ready to be published."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

_PREFIX = "cgb-"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SUFFIX = ".jinja"


class Kind(StrEnum):
    """What the plugin does; `template/` has a folder for each, and one for what all have in common."""

    ROUTER = "router"
    REWRITE = "rewrite"
    STREAM = "stream"
    TRANSPORT = "transport"
    TOOLS = "tools"


_SUMMARIES = {
    Kind.ROUTER: "Send short requests to a small model.",
    Kind.REWRITE: "Tell the model something with every request.",
    Kind.STREAM: "Replace a word in what the model says.",
    Kind.TRANSPORT: "Get answers from a server that speaks Ollama's chat API.",
    Kind.TOOLS: "Call tools by the names that the model knows best.",
}
"""What the plugin does before its author changes it."""


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The plugin's name; the package is cgb-NAME.")],
    kind: Annotated[Kind, typer.Option(help="What the plugin does.")],
    author: Annotated[str, typer.Option(help="Whom pyproject.toml and LICENSE name.")] = "The authors",
) -> None:
    """Write a package for a plugin in ./cgb-NAME: working code, tests, README, licence and CI."""
    from cgb.errors import ConfigError

    plugin = _plugin(name)
    folder = Path(_PREFIX + plugin)
    if folder.exists():
        raise ConfigError(f"{folder} exists already; choose another name, or another folder to be in.")
    for path, text in sorted(package(plugin, kind, author)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
        typer.echo(folder / path)
    typer.echo(
        f"\nNext:\n  cd {folder}\n  uv run pytest\n  uv run cgb serve --plugins default,{plugin}\n"
        f"How to publish it stands in {folder / 'README.md'}."
    )


def package(plugin: str, kind: Kind, author: str) -> Iterator[tuple[str, str]]:
    """The files of a package: where each stands in it, and its text."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("cgb_cli", "template"),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 - nothing here is HTML
    )
    templates.globals |= _facts(plugin, kind, author)
    for name in templates.list_templates(extensions=[_SUFFIX.removeprefix(".")]):
        folder, _, path = name.partition("/")
        if folder in {"every", kind}:
            yield templates.from_string(path.removesuffix(_SUFFIX)).render(), templates.get_template(name).render()


def _facts(plugin: str, kind: Kind, author: str) -> dict[str, str | int]:
    """What the templates know."""
    from cgb import API_VERSION

    name = _PREFIX + plugin
    return {
        "plugin": plugin,
        "package": name,
        "module": name.replace("-", "_"),
        "kind": kind.value,
        "summary": _SUMMARIES[kind],
        "author": author,
        "year": datetime.now(UTC).year,
        "api_version": API_VERSION,
        "version": version("claude-gemini-bridge"),
    }


def _plugin(name: str) -> str:
    """The plugin's name, with or without the prefix that its package has.

    Raises:
        ConfigError: no package can be called so, or a plugin or set that is installed is.
    """
    from cgb.errors import ConfigError
    from cgb.plugins import SETS_GROUP, installed

    plugin = name.removeprefix(_PREFIX)
    if not _NAME.fullmatch(plugin):
        raise ConfigError(f"{name!r} cannot be a plugin's name: small letters and digits, in words joined by one '-'.")
    taken = installed() | installed(SETS_GROUP)
    if plugin in taken:
        raise ConfigError(f"{plugin!r} is the name of what {taken[plugin].distribution} brings; choose another.")
    return plugin
