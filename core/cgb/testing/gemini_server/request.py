"""A generate request in canonical form, with the questions everybody asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cgb.testing.gemini_server.calls import Json
    from cgb.testing.gemini_server.catalog import Model

BUILT_IN = (
    "googleSearch",
    "googleSearchRetrieval",
    "urlContext",
    "codeExecution",
    "fileSearch",
    "googleMaps",
    "computerUse",
    "mcpServers",
)


@dataclass(frozen=True, slots=True)
class Request:
    """What one generate call asks for."""

    model: Model
    body: Json

    @property
    def contents(self) -> list[Json]:
        """The conversation."""
        return list(self.body.get("contents", ()))

    @property
    def config(self) -> Json:
        """`generationConfig`."""
        return dict(self.body.get("generationConfig", {}))

    @property
    def thinking(self) -> Json:
        """`generationConfig.thinkingConfig`."""
        return dict(self.config.get("thinkingConfig", {}))

    @property
    def calling(self) -> Json:
        """`toolConfig.functionCallingConfig`."""
        return dict(self.body.get("toolConfig", {}).get("functionCallingConfig", {}))

    @property
    def mode(self) -> str:
        """The function calling mode."""
        mode = str(self.calling.get("mode", "AUTO"))
        return "AUTO" if mode == "MODE_UNSPECIFIED" else mode

    @property
    def tools(self) -> list[Json]:
        """`tools`."""
        return list(self.body.get("tools", ()))

    @property
    def functions(self) -> dict[str, Json]:
        """The declared functions by name."""
        return {item.get("name", ""): item for _, item in self.declarations()}

    @property
    def callable_functions(self) -> dict[str, Json]:
        """The functions the model may call now."""
        if self.mode == "NONE":
            return {}
        allowed = self.calling.get("allowedFunctionNames") or list(self.functions)
        return {name: item for name, item in self.functions.items() if name in allowed}

    @property
    def built_in(self) -> list[str]:
        """The service's own tools that are on."""
        return [name for name in BUILT_IN if any(name in tool for tool in self.tools)]

    @property
    def json_mode(self) -> bool:
        """Whether the answer must be JSON."""
        config = self.config
        return (
            config.get("responseMimeType") == "application/json"
            or "responseSchema" in config
            or "responseJsonSchema" in config
        )

    def declarations(self) -> Iterator[tuple[str, Json]]:
        """Each function declaration with its path."""
        for tool, entry in enumerate(self.tools):
            for index, item in enumerate(entry.get("functionDeclarations", ())):
                yield f"tools[{tool}].function_declarations[{index}]", item

    def parts(self) -> Iterator[tuple[str, Json, Json]]:
        """Each part of the conversation: its path, its content, itself."""
        for index, content in enumerate(self.contents):
            for at, part in enumerate(content.get("parts", ())):
                yield f"contents[{index}].parts[{at}]", content, part


def holds(content: Json, name: str) -> list[Any]:
    """The values of one kind of part in a content."""
    return [part[name] for part in content.get("parts", ()) if name in part]
