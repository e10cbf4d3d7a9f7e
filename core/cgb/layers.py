"""What was configured, by layer: option over environment over `.env` over cgb.toml."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from dotenv import dotenv_values

from .errors import ConfigError
from .nearest import nearest
from .toml_lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from .toml_lines import Key

FILE = "cgb.toml"
_TOP = ("plugins", "server", "plugin")


@dataclass(frozen=True)
class Layers:
    """What each layer says, unchecked but for the file's first level."""

    file: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    dotenv: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    origins: dict[str, str] = field(default_factory=dict)
    """Where each value that was asked for came from: `server.port` → `environment PORT`."""

    @classmethod
    def read(cls, path: Path | None = None, options: Mapping[str, Any] | None = None) -> Self:
        """Read what is configured where cgb was started.

        Args:
            path: the file to read; without one, `cgb.toml` in the working directory, if there is one.
            options: what the command line says, as `{"server.port": 8082}`; None leaves to the other layers.

        Raises:
            ConfigError: the file is missing, is not TOML, or has keys that mean nothing.
        """
        if path is None and Path(FILE).is_file():
            path = Path(FILE)
        dotenv = {name: value for name, value in dotenv_values(".env").items() if value is not None}
        given = {name: value for name, value in (options or {}).items() if value is not None}
        return cls(_read_file(path), dict(os.environ), dotenv, given, path)

    @property
    def plugins(self) -> str:
        """The list of plugins, in the grammar of `--plugins`."""
        for origin, value in self.over_file("plugins", ("CGB_PLUGINS",)):
            self.origins["plugins"] = origin
            return str(value)
        if "plugins" not in self.file:
            return "default"
        self.origins["plugins"] = self.where
        listed = self.file["plugins"]
        if not isinstance(listed, str):
            raise ConfigError(f"{self.at(('plugins',))}: plugins: should be one string, its names divided by commas.")
        return listed

    def over_file(self, option: str, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """What the layers over cgb.toml say, with its origin, the one that counts first.

        Args:
            option: the command line's name for it, such as `server.port`.
            names: the environment variables that set it; an empty one does not.
        """
        if option in self.options:
            yield "command line", self.options[option]
        for layer, origin in ((self.environ, "environment"), (self.dotenv, ".env")):
            for name in names:
                if layer.get(name):
                    yield f"{origin} {name}", layer[name]

    def at(self, table: Sequence[str], keys: Sequence[Key] = ()) -> str:
        """The file and, where it can be told, the line on which the table has a value: `cgb.toml:12`."""
        try:
            line = line_of(self.path.read_text(encoding="utf-8"), table, keys) if self.path else None
        except (OSError, ValueError):
            line = None  # it could be read before, and has changed since
        return f"{self.where}:{line}" if line else self.where

    @property
    def where(self) -> str:
        """The file's name, for errors."""
        return str(self.path) if self.path else FILE


def _read_file(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}.") from None
    for key in content:
        if key not in _TOP:
            raise ConfigError(f"{path}: {key}: means nothing here.{nearest(key, _TOP)}")
    return content
