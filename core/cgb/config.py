"""Check what was configured against what the server and the plugins know, and say where each value came from."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin

import orjson
from pydantic import Field, SecretStr, ValidationError

from .errors import ConfigError
from .layers import FILE, Layers
from .nearest import nearest
from .plugins import installed
from .settings import Env, Settings, known_at
from .toml_lines import spelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pydantic.fields import FieldInfo

__all__ = ["FILE", "Config", "ServerSettings", "variables"]

_Model = TypeVar("_Model", bound=Settings)


class ServerSettings(Settings):
    """The table `[server]`: how the bridge listens."""

    host: Annotated[str, Env("HOST")] = "127.0.0.1"
    """The address to listen on; `0.0.0.0` is every network of this machine."""
    port: Annotated[int, Env("PORT")] = Field(default=8082, ge=0, le=65535)
    """0 takes a free one."""
    log_level: Annotated[str, Env("LOG_LEVEL")] = "info"
    """debug, info, warning, error or critical."""
    api_keys: tuple[Annotated[SecretStr, Field(min_length=1)], ...] = ()
    """What clients must show, as `x-api-key` or bearer; none: anybody who reaches the port may ask."""
    body_limit_mb: int = Field(default=64, ge=1)
    """The largest request that is read."""
    hold_status_s: float = Field(default=45.0, gt=0)
    """How long the status line waits for the answer's first event, so that a failure is a real HTTP status."""
    ping_s: float = Field(default=10.0, gt=0)
    """The longest silence on a stream: Claude Code gives up after 300 s without a byte."""
    keep_alive_s: int = Field(default=650, ge=1)
    """How long an idle connection stays: a tool may run for minutes between two requests."""
    drain_s: int = Field(default=30, ge=0)
    """How long open streams may go on once the server is told to stop."""
    slow_hook_ms: float = Field(default=50.0, gt=0)
    """How long a plugin may hold up all requests at a time before the log names it."""
    hook_timeout_s: float = Field(default=60.0, gt=0)
    """How long a request waits for a plugin's hook before it fails: not for an answer, whose time is upstream's."""


class Config(Layers):
    """What was configured, checked as it is asked for; what no layer says is as its default."""

    @property
    def server(self) -> ServerSettings:
        """How the bridge listens."""
        return self._settings(("server",), ServerSettings, self.file.get("server", {}))

    def plugin_settings(self, models: Mapping[str, type[Settings]], names: Iterable[str]) -> dict[str, Settings | None]:
        """Each plugin's settings, by the model it described; None for a plugin that described none.

        Raises:
            ConfigError: a table belongs to no plugin, or holds what its plugin does not know.
        """
        listed = list(names)
        self.check_tables(listed)
        return {name: self.settings_of(name, models.get(name)) for name in listed}

    def check_tables(self, names: Iterable[str]) -> None:
        """See that each table of the file is one of these plugins', or of another that is installed.

        Raises:
            ConfigError: one belongs to none.
        """
        known = {*names, *installed()}
        for name in self.plugin_tables:
            if name not in known:
                where = self.at(("plugin", name))
                raise ConfigError(f"{where}: plugin.{name}: there is no such plugin.{nearest(name, known)}")

    def settings_of(self, name: str, model: type[Settings] | None) -> Settings | None:
        """One plugin's settings.

        Raises:
            ConfigError: its table holds what the plugin does not know, or a variable says what it does not take.
        """
        table = self.plugin_tables.get(name, {})
        if model is None:
            if table:
                raise ConfigError(f"{self.at(('plugin', name))}: plugin.{name}: this plugin has no settings.")
            return None
        return self._settings(("plugin", name), model, table)

    @property
    def plugin_tables(self) -> Mapping[str, Any]:
        """What the file says of plugins, by their names."""
        tables = self.file.get("plugin", {})
        if not isinstance(tables, dict):
            raise ConfigError(f"{self.at(('plugin',))}: plugin: should be a table.")
        return tables

    def _settings(self, place: tuple[str, ...], model: type[_Model], table: Any) -> _Model:
        """The settings of the table that stands at this place of the file."""
        section = ".".join(place)
        if not isinstance(table, dict):
            raise ConfigError(f"{self.at(place)}: {section}: should be a table.")
        values = dict(table)
        origins = dict.fromkeys(table, self.where)
        for name, info in model.model_fields.items():
            for origin, value in self.over_file(f"{section}.{name}", variables(place[-1], name, info)):
                values[name], origins[name] = _parsed(info, value), origin
                break
        self.origins.update({f"{section}.{name}": origin for name, origin in origins.items()})
        try:
            return model.model_validate(values)
        except ValidationError as error:
            raise ConfigError(self._explained(error, place, origins, values, model)) from None

    def _explained(
        self,
        error: ValidationError,
        place: tuple[str, ...],
        origins: Mapping[str, str],
        values: Mapping[str, Any],
        model: type[Settings],
    ) -> str:
        """A validation error in one line: where the value came from, which it is, what is wrong; never the value."""
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        keys = spelt(values, first["loc"])
        path = ".".join(place) + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
        is_unknown = first["type"] == "extra_forbidden" and keys
        hint = nearest(str(keys[-1]), known_at(model, keys[:-1])) if is_unknown else ""
        where = origins.get(name, self.where)
        where = self.at(place, keys) if where == self.where else where
        return f"{where}: {path}: {first['msg'].rstrip('.')}.{hint}"


def variables(owner: str, name: str, info: FieldInfo) -> tuple[str, ...]:
    """The environment variables that set a field of a plugin, or of `server`; the first that is present does."""
    further = (name for mark in info.metadata if isinstance(mark, Env) for name in mark.names)
    return (f"CGB_{owner.upper().replace('-', '_')}_{name.upper()}", *further)


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
