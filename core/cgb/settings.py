"""What a plugin's users may set."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """Base class of a plugin's settings: the table `[plugin.<name>]` of cgb.toml.

    A field is also set by the environment, as `CGB_<PLUGIN>_<FIELD>` and by the names in its `Env`.
    Use `SecretStr` for what must not be shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


@dataclass(frozen=True, slots=True)
class Env:
    """Further environment variables that set a field; the first that is present does.

    `api_key: Annotated[SecretStr | None, Env("GEMINI_API_KEY", "GOOGLE_API_KEY")] = None`
    """

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)
