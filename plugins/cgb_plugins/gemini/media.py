"""Words and files as parts that Gemini accepts."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from cgb import Block, TextBlock
from cgb.pieces import Piece, pieces_of

from .keys import Note

Part: TypeAlias = dict[str, Any]


def parts_of(block: Block, media: Iterable[str], note: Note) -> Iterable[Part]:
    """A block of the user's, or one inside a tool result, as parts; `media` are the MIME types that may stand here."""
    if type(block) is TextBlock:  # as most are
        return [{"text": block.text}] if block.text else []
    return map(_part, pieces_of(block, media, note))


def _part(piece: Piece) -> Part:
    if isinstance(piece, str):
        return {"text": piece}
    return {"inlineData": {"mimeType": piece.media_type, "data": piece.data}}
