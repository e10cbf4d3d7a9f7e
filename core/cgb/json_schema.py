"""A JSON Schema of cgb.toml, by which editors complete it and find mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema
from typing_extensions import override

from .config import ServerSettings, variables
from .settings import descriptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .settings import Settings

_DIALECT = "http://json-schema.org/draft-07/schema#"
"""What editors' TOML extensions know; pydantic's words that are used here mean the same in it."""
_DEFINITIONS = "definitions"
_PLUGINS = (
    "The list of plugins, in order: names and sets by comma; `-name` drops one; a path to a .py file is one. "
    "Also set by CGB_PLUGINS."
)


class _Lenient(GenerateJsonSchema):
    """Says nothing of what JSON Schema has no words for, such as a plugin's own types."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - as pydantic has it

    @override
    def model_schema(self, schema: Any) -> dict[str, Any]:
        found = super().model_schema(schema)
        said = descriptions(schema["cls"])
        for name, info in schema["cls"].model_fields.items():
            if name in said:
                found["properties"][info.alias or name].setdefault("description", said[name])
        return found

    @override
    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> dict[str, Any]:
        return {}


def json_schema(models: Mapping[str, type[Settings] | None], others: Iterable[str] = ()) -> dict[str, Any]:
    """The JSON Schema of a cgb.toml, draft 7.

    Args:
        models: by the name of each plugin, what its table may hold; None for one that takes no settings.
        others: names of plugins whose tables may hold anything, because what they take is not known.
    """
    known: dict[str, type[Settings]] = {"server": ServerSettings}
    known.update((name, model) for name, model in models.items() if model)
    tables, found = models_json_schema(
        [(model, "validation") for model in known.values()],
        ref_template=f"#/{_DEFINITIONS}/{{model}}",
        schema_generator=_Lenient,
    )
    definitions = found.get("$defs", {})
    for owner, model in known.items():
        _tell_of_variables(owner, model, definitions[_name(tables[model, "validation"])])
    plugins = {name: tables[model, "validation"] if model else _without_settings() for name, model in models.items()}
    return {
        "$schema": _DIALECT,
        "title": "cgb.toml",
        "description": f"Settings of the bridge and of its plugins {', '.join(models)}.",
        **_table(
            plugins={"type": "string", "description": _PLUGINS, "default": "default"},
            server=tables[ServerSettings, "validation"],
            plugin=_table(**{name: _unknown(name) for name in others}, **plugins),
        ),
        _DEFINITIONS: definitions,
    }


def _table(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _without_settings() -> dict[str, Any]:
    return {"description": "This plugin has no settings.", **_table()}


def _unknown(name: str) -> dict[str, Any]:
    return {"type": "object", "description": f"The plugin {name} was not enabled when this schema was written."}


def _name(reference: Mapping[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def _tell_of_variables(owner: str, model: type[Settings], schema: dict[str, Any]) -> None:
    """Say of each field which environment variables set it too, for which reason the file may lack any."""
    schema.pop("required", None)
    for name, info in model.model_fields.items():
        shown = schema["properties"][info.alias or name]
        said = f"{shown['description']}\n\n" if "description" in shown else ""
        shown["description"] = f"{said}Also set by {', '.join(variables(owner, name, info))}."
