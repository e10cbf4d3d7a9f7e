"""How many tokens a request is, roughly and fast."""

import orjson

from .content import BlockValue, DocumentBlock, ImageBlock, TextBlock, ThinkingBlock, ToolResultBlock
from .request import MessagesRequest

_CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_IMAGE = 258
_BASE64_BYTES_PER_PDF_TOKEN = 70


def estimate_tokens(request: MessagesRequest) -> int:
    """About how many tokens a model reads for this request: four characters a token, at least 1."""
    blocks = [*request.system_blocks, *(block for message in request.messages for block in message.blocks)]
    tools = orjson.dumps([(tool.name, tool.description, tool.input_schema) for tool in request.tools])
    return max(1, sum(map(_block_tokens, blocks)) + len(tools) // _CHARACTERS_PER_TOKEN)


def _block_tokens(block: BlockValue) -> int:
    match block:
        case TextBlock(text=text) | ThinkingBlock(thinking=text):
            return len(text) // _CHARACTERS_PER_TOKEN + 1
        case ImageBlock():
            return _TOKENS_PER_IMAGE
        case DocumentBlock(source=source):
            return len(str(source.get("data", ""))) // _BASE64_BYTES_PER_PDF_TOKEN + 1
        case ToolResultBlock():
            return sum(map(_block_tokens, block.blocks)) + 1
        case _:
            return len(repr(block)) // _CHARACTERS_PER_TOKEN
