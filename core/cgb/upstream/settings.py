"""What the users of every transport that asks over HTTP may set."""

from typing import Annotated, Any, TypeAlias

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

from ..settings import Env, Settings

Address: TypeAlias = Annotated[str, Field(pattern=r"^https?://(\[[0-9a-fA-F:.]+\]|[^/\[\]\s]+)(:\d+)?(/|$)")]
"""Where a server stands: `https://api.example.org`, with a path or without."""


class UpstreamSettings(Settings):
    """Base class of the settings of a transport that asks a server over HTTP.

    A subclass gives `base_url` its default, and adds what is its own.
    """

    base_url: Address
    proxy: Annotated[SecretStr | None, Env("HTTPS_PROXY", "https_proxy")] = None
    """An HTTP proxy on the way to the server; `NO_PROXY` is honoured."""
    connect_timeout_s: float = Field(default=30.0, gt=0)
    """How long a connection may take to come about, its name and its encryption included."""
    first_byte_timeout_s: float = Field(default=0.0, ge=0)
    """How long an answer may take to begin, while the model thinks; 0: as long as `request_timeout`."""
    request_timeout: Annotated[float, Env("REQUEST_TIMEOUT")] = Field(default=300.0, gt=0)
    """The longest silence within an answer, in seconds: thinking can take minutes."""
    total_timeout_s: float = Field(default=3600.0, ge=0)
    """How long one call may take to its last byte; 0: for ever. Clients wait as long as something comes."""

    @field_validator("*")
    @classmethod
    def _sayable(cls, value: Any) -> Any:
        """Refuse a secret that no header can hold: where it came from a file, the last line's end often came along."""
        secrets = [one for one in (value if isinstance(value, tuple) else (value,)) if isinstance(one, SecretStr)]
        if not all(one.get_secret_value().isprintable() for one in secrets):
            raise PydanticCustomError(
                "unsayable", "a line break or the like is in it, which cannot be sent: take it out"
            )
        return value
