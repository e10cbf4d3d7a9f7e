"""Content blocks: what a message is made of."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, SerializerFunctionWrapHandler, Tag, model_serializer

from .value import Value


class BlockValue(Value):
    """The base of every content block.

    A block is of one of the classes below itself, never of one derived from it: loops over a whole conversation ask
    `type(block) is TextBlock`, because pydantic's metaclass makes an `isinstance` that is false ten times as dear.
    """

    type: str

    @model_serializer(mode="wrap")
    def _with_type(self, render: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A block made in Python leaves `type` to its default, and is rendered with it all the same.
        return {"type": self.type, **render(self)}


class TextBlock(BlockValue):
    """Words."""

    type: Literal["text"] = "text"
    text: str


class ImageBlock(BlockValue):
    """A picture: `source` is base64 data, a url, or a file id."""

    type: Literal["image"] = "image"
    source: Mapping[str, Any]


class DocumentBlock(BlockValue):
    """A PDF or a text: `source` is base64 data, plain text, a url, a file id, or content blocks."""

    type: Literal["document"] = "document"
    source: Mapping[str, Any]
    title: str | None = None
    context: str | None = None


class SearchResultBlock(BlockValue):
    """Something found by the client's own search."""

    type: Literal["search_result"] = "search_result"
    source: str
    title: str = ""
    content: "tuple[Block, ...]" = ()


class ThinkingBlock(BlockValue):
    """What the model thought, with the signature that proves it."""

    type: Literal["thinking"] = "thinking"
    thinking: str
    signature: str = ""


class RedactedThinkingBlock(BlockValue):
    """What the model thought, unreadable for the client."""

    type: Literal["redacted_thinking"] = "redacted_thinking"
    data: str


class ToolUseBlock(BlockValue):
    """A call of one of the client's tools.

    `input` is normally an object; after a broken answer Claude Code sends back whatever it got.
    """

    type: Literal["tool_use"] = "tool_use"
    id: str = ""
    name: str
    input: Any = None


class ServerToolUseBlock(BlockValue):
    """A call of a tool that runs at the provider, such as web search."""

    type: Literal["server_tool_use"] = "server_tool_use"
    id: str = ""
    name: str
    input: Any = None


class ToolReferenceBlock(BlockValue):
    """A tool that the client's tool search found."""

    type: Literal["tool_reference"] = "tool_reference"
    tool_name: str


class ToolResultBlock(BlockValue):
    """What a tool said, or why it failed."""

    type: Literal["tool_result"] = "tool_result"
    tool_use_id: str
    content: "Content | None" = None
    is_error: bool | None = None

    @property
    def blocks(self) -> "tuple[Block, ...]":
        """The content as blocks, also where the client sent a string or nothing."""
        return as_blocks(self.content)


class UnknownBlock(BlockValue):
    """A block of a type this version of cgb does not know: kept, whatever it holds."""


_KNOWN: dict[str, type[BlockValue]] = {
    "text": TextBlock,
    "image": ImageBlock,
    "document": DocumentBlock,
    "search_result": SearchResultBlock,
    "thinking": ThinkingBlock,
    "redacted_thinking": RedactedThinkingBlock,
    "tool_use": ToolUseBlock,
    "server_tool_use": ServerToolUseBlock,
    "tool_reference": ToolReferenceBlock,
    "tool_result": ToolResultBlock,
}


def _block_tag(raw: Any) -> str:
    kind = raw.get("type") if isinstance(raw, dict) else getattr(raw, "type", None)
    return kind if isinstance(kind, str) and kind in _KNOWN else "unknown"


def _content_tag(raw: Any) -> str:
    return "text" if isinstance(raw, str) else "blocks"


Block: TypeAlias = Annotated[
    Annotated[TextBlock, Tag("text")]
    | Annotated[ImageBlock, Tag("image")]
    | Annotated[DocumentBlock, Tag("document")]
    | Annotated[SearchResultBlock, Tag("search_result")]
    | Annotated[ThinkingBlock, Tag("thinking")]
    | Annotated[RedactedThinkingBlock, Tag("redacted_thinking")]
    | Annotated[ToolUseBlock, Tag("tool_use")]
    | Annotated[ServerToolUseBlock, Tag("server_tool_use")]
    | Annotated[ToolReferenceBlock, Tag("tool_reference")]
    | Annotated[ToolResultBlock, Tag("tool_result")]
    | Annotated[UnknownBlock, Tag("unknown")],
    Discriminator(_block_tag),
]
"""Any content block: one of the known kinds, or an `UnknownBlock`."""

Content: TypeAlias = Annotated[
    Annotated[str, Tag("text")] | Annotated[tuple[Block, ...], Tag("blocks")],
    Discriminator(_content_tag),
]
"""A string, or blocks: the two forms in which clients write content."""


def as_blocks(content: "str | tuple[Block, ...] | None") -> tuple[Block, ...]:
    """Content as blocks; an empty string or none is no block."""
    if isinstance(content, str):
        return (TextBlock(text=content),) if content else ()
    return content or ()


def block_of(raw: Mapping[str, Any]) -> Block:
    """One block from its JSON object.

    Raises:
        pydantic.ValidationError: a known block lacks a field or has one of the wrong type.
    """
    kind = _KNOWN.get(str(raw.get("type")), UnknownBlock)
    return kind.model_validate(raw)  # type: ignore[return-value]  # the union's members are _KNOWN's values


for _model in (SearchResultBlock, ToolResultBlock):
    _model.model_rebuild()
