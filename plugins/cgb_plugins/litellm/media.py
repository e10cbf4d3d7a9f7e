"""Words and files as parts of a chat message."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from cgb import Block
from cgb.pieces import File, pieces_of

Part: TypeAlias = dict[str, Any]


def parts_of(block: Block, media: Iterable[str], note: Callable[[str, str], None]) -> Iterator[Part]:
    """A block of the user's, or one inside a tool result, as parts; `media` are the MIME types that the model reads.

    A link stays words: LiteLLM would fetch it from this machine's network, for providers that take none.
    """
    for piece in pieces_of(block, media, note):
        yield text_part(piece) if isinstance(piece, str) else _file(piece)


def text_part(text: str) -> Part:
    """Words, which must not be empty: an empty part is refused."""
    return {"type": "text", "text": text}


def _file(file: File) -> Part:
    url = f"data:{file.media_type};base64,{file.data}"
    if file.media_type.startswith("image/"):
        return {"type": "image_url", "image_url": {"url": url}}
    return {"type": "file", "file": {"filename": f"document.{file.media_type.rpartition('/')[2]}", "file_data": url}}
