"""The files that commands are given."""

from pathlib import Path

import typer

_STDIN = Path("-")


def read(path: Path) -> bytes:
    """What a file holds; `-` is standard input.

    Raises:
        ConfigError: it cannot be read.
    """
    from cgb.errors import ConfigError

    if path == _STDIN:
        return typer.get_binary_stream("stdin").read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None


def name_of(path: Path) -> str:
    """What to call a file in an error."""
    return "standard input" if path == _STDIN else str(path)
