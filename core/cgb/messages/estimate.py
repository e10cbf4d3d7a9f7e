"""How many tokens a request is, roughly and fast."""

from typing import Any

import orjson

from .content import (
    BlockValue,
    Content,
    DocumentBlock,
    ImageBlock,
    TextBlock,
    ThinkingBlock,
    ToolResultBlock,
    ToolUseBlock,
)
from .request import MessagesRequest

_CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_IMAGE = 258
_BASE64_BYTES_PER_PDF_TOKEN = 70


def estimate_tokens(request: MessagesRequest) -> int:
    """About how many tokens a model reads for this request: four characters a token, at least 1."""
    tools = [(tool.name, tool.description, tool.input_schema) for tool in request.tools]
    contents = [request.system, *(message.content for message in request.messages)]
    return max(1, sum(map(_content_tokens, contents)) + _json_tokens(tools))


def _content_tokens(content: Content | None) -> int:
    if isinstance(content, str):
        return len(content) // _CHARACTERS_PER_TOKEN + 1
    return sum(map(_block_tokens, content or ()))


def _block_tokens(block: BlockValue) -> int:
    match block:
        case TextBlock(text=text) | ThinkingBlock(thinking=text):
            return len(text) // _CHARACTERS_PER_TOKEN + 1
        case ToolUseBlock(name=name, input=given):
            return _json_tokens((name, given))
        case ToolResultBlock(content=content):
            return _content_tokens(content) + 1
        case ImageBlock():
            return _TOKENS_PER_IMAGE
        case DocumentBlock(source=source):
            return len(str(source.get("data", ""))) // _BASE64_BYTES_PER_PDF_TOKEN + 1
        case _:
            return len(repr(block)) // _CHARACTERS_PER_TOKEN


def _json_tokens(value: Any) -> int:
    try:
        text: bytes | str = orjson.dumps(value, default=repr)
    except orjson.JSONEncodeError:  # such as an integer of more than 64 bits
        text = repr(value)
    return len(text) // _CHARACTERS_PER_TOKEN
