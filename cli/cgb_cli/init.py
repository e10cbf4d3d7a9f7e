"""`cgb init`: what Gemini should know, written into a project."""

from pathlib import Path
from typing import Annotated

import typer

_BEGIN = "<!-- cgb init: renewed by `cgb init`, up to the closing mark -->"
_END = "<!-- /cgb init -->"


def init(folder: Annotated[Path, typer.Argument(help="The project.")] = Path()) -> None:
    """Write what helps Gemini to drive Claude Code into a project's CLAUDE.md, or renew it there."""
    path = folder / "CLAUDE.md"
    before = _read(path)
    after = renewed(before or "", str(path))
    if after == before:
        typer.echo(f"{path}: is up to date.")
        return
    _write(path, after)
    done = "created" if before is None else "renewed the part for Gemini" if _BEGIN in before else "added a part"
    typer.echo(f"{path}: {done}.")


def renewed(page: str, name: str) -> str:
    """The page with the part for Gemini as this version of cgb has it: in its place, or at the end.

    Raises:
        ConfigError: one of the marks around the part is missing, or there is more than one of them.
    """
    from cgb.errors import ConfigError

    marks = page.count(_BEGIN), page.count(_END)
    before, _, rest = page.partition(_BEGIN)
    _, _, behind = rest.partition(_END)
    if marks == (1, 1) and _END in rest:
        return before + _part(page) + behind
    if marks != (0, 0):
        raise ConfigError(f"{name}: the marks {_BEGIN} and {_END} are not a pair. Remove them, and what is between.")
    return page + _gap(page) + _part(page) + _newline(page)


def _part(page: str) -> str:
    from cgb_plugins.gemini_guidance import GUIDANCE

    return f"{_BEGIN}\n## When Gemini answers\n\n{GUIDANCE}{_END}".replace("\n", _newline(page))


def _gap(page: str) -> str:
    """What separates the part from the end of the page: an empty line."""
    newline = _newline(page)
    return "" if not page else newline if page.endswith(newline) else newline * 2


def _newline(page: str) -> str:
    """How most of its lines end."""
    return "\r\n" if 2 * page.count("\r\n") > page.count("\n") else "\n"


def _read(path: Path) -> str | None:
    """What the file holds, line ends as they are; None where there is none."""
    from .files import read

    if not path.exists():
        return None
    try:
        return read(path).decode()
    except UnicodeDecodeError:
        from cgb.errors import ConfigError

        raise ConfigError(f"{path}: is not UTF-8. Save it as UTF-8 first.") from None


def _write(path: Path, page: str) -> None:
    from cgb.errors import ConfigError

    try:
        path.write_bytes(page.encode())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}.") from None
