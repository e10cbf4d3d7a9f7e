"""What users and tools say besides plain text, as words and files, which any model can be sent."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import orjson

from .errors import InvalidRequest
from .messages import (
    Block,
    DocumentBlock,
    ImageBlock,
    RedactedThinkingBlock,
    SearchResultBlock,
    ServerToolUseBlock,
    TextBlock,
    ThinkingBlock,
    ToolReferenceBlock,
    UnknownBlock,
    block_of,
)

__all__ = ["File", "Piece", "pieces_of", "takes"]

_Note: TypeAlias = Callable[[str, str], object]
_SAME_TYPE = {"image/jpg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class File:
    """An image or a document.

    Attributes:
        media_type: its MIME type, in small letters.
        data: base64, without a prefix.
    """

    media_type: str
    data: str


Piece: TypeAlias = str | File
"""Words, or a file."""


def pieces_of(block: Block, media: Iterable[str], note: _Note) -> Iterator[Piece]:
    """A block of the user's, or one inside a tool result: files that the model reads, and words for all else.

    Words are never empty. Links stay words: whoever fetched them would do so from the bridge's network.

    Args:
        block: anything but a tool_use or tool_result.
        media: the MIME types that may stand here, as in `Target.media`.
        note: such as `Context.note`; told what became of a block that is not passed on as it is.

    Raises:
        InvalidRequest: a file is named by its id, which only Anthropic's own API knows.
    """
    return (piece for piece in _pieces(block, media, note) if piece)


def takes(media: Iterable[str], kind: str) -> bool:
    """Whether a MIME type is among those of a target."""
    return any(fnmatchcase(kind, pattern) for pattern in media)


def _pieces(block: Block, media: Iterable[str], note: _Note) -> Iterator[Piece]:
    match block:
        case TextBlock(text=text):
            yield text
        case ImageBlock(source=source):
            yield from _source("image", source, media, note)
        case DocumentBlock(source=source, title=title, context=context):
            yield "\n".join(filter(None, (title, context)))
            yield from _source("document", source, media, note)
        case SearchResultBlock(source=source, title=title, content=content):
            yield f"Search result: {title} ({source})"
            for inner in content:
                yield from _pieces(inner, media, note)
        case ToolReferenceBlock(tool_name=name):
            yield f"Tool loaded: {name}"
        case _:
            yield _words(block, note)


def _words(block: Block, note: _Note) -> str:
    """A block that is neither text nor file, as words."""
    match block:
        case ServerToolUseBlock() | UnknownBlock(type="mcp_tool_use"):
            return f"[{block.get('name')} was called with {_json(block.get('input'))}]"
        case UnknownBlock(type=kind) if kind.endswith("_tool_result"):
            note("as_text", f"a block of type {kind!r} reached the model as words")
            failed = " failed" if block.get("is_error") else ""
            return f"[{kind.removesuffix('_tool_result')}{failed}: {_readable(block.get('content'))}]"
        case UnknownBlock(type="compaction"):
            return _readable(block.get("content") or "")
        case ThinkingBlock() | RedactedThinkingBlock():
            note("dropped", f"a block of type {block.type!r} outside of the model's own turns")
            return ""
        case _:
            note("as_text", f"a block of type {block.type!r} reached the model as JSON text")
            # A cache mark moves from turn to turn, and would spoil the prefix that providers cache.
            return _json({name: value for name, value in block.to_wire().items() if name != "cache_control"})


def _readable(content: Any) -> str:
    """A server tool's result as words: what was found, or what it printed, or JSON where it is neither."""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple):
        return "\n".join(map(_readable, content))
    if isinstance(content, dict) and isinstance(content.get("text"), str):
        return str(content["text"])
    if isinstance(content, dict) and "url" in content:
        place = f"{content.get('title') or ''} {content['url']}".strip()
        return f"{place}\n{_readable(content['content'])}" if content.get("content") else place
    return _json(content)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def _source(what: str, source: Mapping[str, Any], media: Iterable[str], note: _Note) -> Iterator[Piece]:
    match source.get("type"):
        case "base64":
            yield _file(what, source, media, note)
        case "text":
            yield str(source.get("data", ""))
        case "content":
            inner = source.get("content") or ()
            for raw in [{"type": "text", "text": inner}] if isinstance(inner, str) else inner:
                yield from _inner(raw, media, note)
        case "url":
            note("as_text", f"a linked {what} reached the model as its address")
            yield f"[{what}: {source.get('url')}]"
        case "file":
            raise InvalidRequest(
                f"the file id {source.get('file_id')!r} cannot reach this model, whose provider knows none of "
                f"Anthropic's. Send the {what}'s data (source.type base64) or its address (url)."
            )
        case other:
            note("as_text", f"a {what} with a source of type {other!r} cannot reach the model")
            yield f"[{what} that cannot be shown here: {other}]"


def _inner(raw: Any, media: Iterable[str], note: _Note) -> Iterator[Piece]:
    """A block inside a document's source, where the request's own validation does not reach."""
    try:
        block = block_of(raw)
    except (AttributeError, ValueError):
        note("as_text", "an unreadable block inside a document reached the model as JSON text")
        yield _json(raw)
        return
    yield from _pieces(block, media, note)


def _file(what: str, source: Mapping[str, Any], media: Iterable[str], note: _Note) -> Piece:
    kind = str(source.get("media_type", "")).lower()
    kind = _SAME_TYPE.get(kind, kind)
    if not takes(media, kind):
        note("dropped", f"the model does not take {kind}, so it got a note in place of the {what}")
        return f"[{what} of type {kind}, which this model cannot read]"
    data = str(source.get("data", ""))
    return File(kind, data.partition(",")[2] if data.startswith("data:") else data)
