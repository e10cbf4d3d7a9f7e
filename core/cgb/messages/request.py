"""A request of the Messages API, as the client sent it."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from .content import Block, Content, as_blocks
from .value import Value


class MessageParam(Value):
    """One message of the conversation.

    Role `system` may stand anywhere, also last, and with empty content
    (Claude Code sends it for every model it does not know).
    """

    role: Literal["user", "assistant", "system"]
    content: Content = ()

    @model_validator(mode="after")
    def _content_is_needed(self) -> Self:
        if not self.content and self.role != "system" and "content" not in self.model_fields_set:
            raise ValueError("content: Field required")
        return self

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The content as blocks, also where the client sent a string."""
        return as_blocks(self.content)


class Tool(Value):
    """A tool the model may call: the client's own (`custom`) or one that runs at the provider."""

    name: str = ""
    type: str | None = None
    description: str | None = None
    input_schema: Any = None

    @property
    def is_custom(self) -> bool:
        """Whether the client runs it."""
        return self.type is None or self.type == "custom"

    @model_validator(mode="after")
    def _custom_tools_have_a_schema(self) -> Self:
        if self.is_custom and not self.name:
            raise ValueError("name: Field required")
        if self.is_custom and not isinstance(self.input_schema, Mapping):
            raise ValueError("input_schema: Input should be an object")
        return self


class ToolChoice(Value):
    """Whether the model may, must or must not call a tool."""

    type: str
    name: str | None = None
    disable_parallel_tool_use: bool | None = None


class Thinking(Value):
    """How much the model may think: `adaptive`, `enabled` with a budget, or `disabled`."""

    type: str
    budget_tokens: int | None = None


class OutputConfig(Value):
    """How hard the model should try, and in what form it should answer."""

    effort: str | None = None
    format: Mapping[str, Any] | None = None


class MessagesRequest(Value):
    """The body of `POST /v1/messages` and of `/v1/messages/count_tokens`.

    Validated loosely on purpose: new clients send fields, values and blocks that no
    published type knows, and all of them must come through.
    """

    model: str = Field(min_length=1)
    messages: tuple[MessageParam, ...]
    max_tokens: int | None = Field(default=None, ge=1)
    system: Content | None = None
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    thinking: Thinking | None = None
    output_config: OutputConfig | None = None
    stop_sequences: tuple[str, ...] | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    metadata: Mapping[str, Any] | None = None
    stream: bool | None = None

    @model_validator(mode="after")
    def _somebody_said_something(self) -> Self:
        if not self.messages:
            raise ValueError("messages: at least one message is required")
        return self

    @property
    def system_blocks(self) -> tuple[Block, ...]:
        """The system prompt as blocks, also where the client sent a string."""
        return as_blocks(self.system)
