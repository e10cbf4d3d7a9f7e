"""Read cgb.toml, .env and the environment, and say where each value came from."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin

import orjson
from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError

from .errors import ConfigError
from .nearest import nearest
from .plugins import installed
from .settings import Env, Settings
from .toml_lines import line_of, spelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic.fields import FieldInfo

    from .toml_lines import Key

FILE = "cgb.toml"
_Model = TypeVar("_Model", bound=Settings)
_TOP = ("plugins", "server", "plugin")


class ServerSettings(Settings):
    """The table `[server]`: how the bridge listens."""

    host: Annotated[str, Env("HOST")] = "127.0.0.1"
    port: Annotated[int, Env("PORT")] = Field(default=8082, ge=0, le=65535)
    log_level: Annotated[str, Env("LOG_LEVEL")] = "info"
    api_keys: tuple[Annotated[SecretStr, Field(min_length=1)], ...] = ()
    """What clients must show, as `x-api-key` or bearer; none: anybody who reaches the port may ask."""
    body_limit_mb: int = Field(default=64, ge=1)
    hold_status_s: float = Field(default=45.0, gt=0)
    """How long the status line waits for the answer's first event, so that a failure is a real HTTP status."""
    ping_s: float = Field(default=10.0, gt=0)
    """The longest silence on a stream: Claude Code gives up after 300 s without a byte."""
    keep_alive_s: int = Field(default=650, ge=1)
    """How long an idle connection stays: a tool may run for minutes between two requests."""
    drain_s: int = Field(default=30, ge=0)
    """How long open streams may go on once the server is told to stop."""


@dataclass(frozen=True)
class Config:
    """What was configured, by layer: option over environment over `.env` over cgb.toml over default."""

    file: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    dotenv: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    origins: dict[str, str] = field(default_factory=dict)
    """Where each value that was asked for came from: `server.port` → `environment PORT`."""

    @classmethod
    def read(cls, path: Path | None = None, options: Mapping[str, Any] | None = None) -> Config:
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
        for origin, value in self._layers("plugins", ("CGB_PLUGINS",)):
            self.origins["plugins"] = origin
            return str(value)
        if "plugins" not in self.file:
            return "default"
        self.origins["plugins"] = self._where
        listed = self.file["plugins"]
        if not isinstance(listed, str):
            raise ConfigError(f"{self._where}: plugins: should be one string, its names divided by commas.")
        return listed

    @property
    def server(self) -> ServerSettings:
        """How the bridge listens."""
        return self._settings("server", "SERVER", ServerSettings, self.file.get("server", {}))

    def plugin_settings(self, models: Mapping[str, type[Settings]], names: Iterable[str]) -> dict[str, Settings | None]:
        """Each plugin's settings, by the model it described; None for a plugin that described none.

        Raises:
            ConfigError: a table belongs to no plugin, or holds what its plugin does not know.
        """
        tables = self.file.get("plugin", {})
        if not isinstance(tables, dict):
            raise ConfigError(f"{self._where}: plugin: should be a table.")
        known = {*names, *installed()}
        for name in tables:
            if name not in known:
                where = self._at(("plugin", name))
                raise ConfigError(f"{where}: plugin.{name}: there is no such plugin.{nearest(name, known)}")
        return {name: self._plugin(name, models.get(name), tables.get(name, {})) for name in names}

    def _plugin(self, name: str, model: type[Settings] | None, table: Any) -> Settings | None:
        if model is None:
            if table:
                raise ConfigError(f"{self._at(('plugin', name))}: plugin.{name}: this plugin has no settings.")
            return None
        return self._settings(f"plugin.{name}", name.upper().replace("-", "_"), model, table)

    def _settings(self, section: str, prefix: str, model: type[_Model], table: Any) -> _Model:
        if not isinstance(table, dict):
            raise ConfigError(f"{self._where}: {section}: should be a table.")
        values = dict(table)
        origins = dict.fromkeys(table, self._where)
        for name, info in model.model_fields.items():
            for origin, value in self._layers(f"{section}.{name}", (f"CGB_{prefix}_{name.upper()}", *_names(info))):
                values[name], origins[name] = _parsed(info, value), origin
                break
        self.origins.update({f"{section}.{name}": origin for name, origin in origins.items()})
        try:
            return model.model_validate(values)
        except ValidationError as error:
            raise ConfigError(self._explained(error, section, origins, values, model)) from None

    def _layers(self, option: str, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
        if option in self.options:
            yield "command line", self.options[option]
        for layer, origin in ((self.environ, "environment"), (self.dotenv, ".env")):
            for name in names:
                if layer.get(name):
                    yield f"{origin} {name}", layer[name]

    def _explained(
        self,
        error: ValidationError,
        section: str,
        origins: Mapping[str, str],
        values: Mapping[str, Any],
        model: type[Settings],
    ) -> str:
        """A validation error in one line: where the value came from, which it is, what is wrong; never the value."""
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        keys = spelt(values, first["loc"])
        path = section + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        hint = nearest(name, model.model_fields) if first["type"] == "extra_forbidden" and len(keys) == 1 else ""
        where = origins.get(name, self._where)
        where = self._at(section.split("."), keys) if where == self._where else where
        return f"{where}: {path}: {first['msg'].rstrip('.')}.{hint}"

    def _at(self, table: Sequence[str], keys: Sequence[Key] = ()) -> str:
        """The file and, where it can be told, the line on which the table has a value: `cgb.toml:12`."""
        try:
            line = line_of(self.path.read_text(encoding="utf-8"), table, keys) if self.path else None
        except (OSError, ValueError):
            line = None  # it could be read before, and has changed since
        return f"{self._where}:{line}" if line else self._where

    @property
    def _where(self) -> str:
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


def _names(info: FieldInfo) -> tuple[str, ...]:
    """The further environment variables of a field."""
    return tuple(name for mark in info.metadata if isinstance(mark, Env) for name in mark.names)


def _parsed(info: FieldInfo, value: Any) -> Any:
    """A variable's text as what the field holds: lists by comma, tables and lists also as JSON."""
    if not isinstance(value, str) or not _is_collection(info.annotation):
        return value
    if value.lstrip()[:1] in {"[", "{"}:
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return [word.strip() for word in value.split(",") if word.strip()]


def _is_collection(annotation: Any) -> bool:
    kinds = {get_origin(kind) or kind for kind in (annotation, *get_args(annotation))}
    return any(isinstance(kind, type) and issubclass(kind, Collection) for kind in kinds - {str, bytes})
