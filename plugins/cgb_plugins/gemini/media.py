"""Images, documents and everything else that is not plain text, as parts that Gemini accepts."""

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any, TypeAlias

import orjson

from cgb import Block, DocumentBlock, ImageBlock, InvalidRequest, TextBlock, ThinkingBlock, UnknownBlock
from cgb.messages import RedactedThinkingBlock, SearchResultBlock, ServerToolUseBlock, ToolReferenceBlock, block_of

Part: TypeAlias = dict[str, Any]
Note: TypeAlias = Callable[[str, str], None]

_SAME_TYPE = {"image/jpg": "image/jpeg"}


def parts_of(block: Block, media: tuple[str, ...], note: Note) -> Iterator[Part]:
    """A block of the user's, or one inside a tool result, as parts; what Gemini cannot read becomes words.

    Args:
        block: anything but a tool_use or tool_result.
        media: the MIME types that may stand here.
        note: told what became of a block that is not passed on as it is.
    """
    match block:
        case TextBlock(text=text):
            yield from _text(text)
        case ImageBlock(source=source):
            yield from _source("image", source, media, note)
        case DocumentBlock(source=source, title=title, context=context):
            yield from _text("\n".join(filter(None, (title, context))))
            yield from _source("document", source, media, note)
        case SearchResultBlock(source=source, title=title, content=content):
            yield from _text(f"Search result: {title} ({source})")
            for inner in content:
                yield from parts_of(inner, media, note)
        case ToolReferenceBlock(tool_name=name):
            yield from _text(f"Tool loaded: {name}")
        case _:
            yield from _text(_words(block, note))


def _words(block: Block, note: Note) -> str:
    """A block that has no part of its own, as words."""
    match block:
        case ServerToolUseBlock() | UnknownBlock(type="mcp_tool_use"):
            return f"[{block.get('name')} was called with {_json(block.get('input'))}]"
        case UnknownBlock(type=kind) if kind.endswith("_tool_result"):
            note("as_text", f"a block of type {kind!r} reached Gemini as words")
            failed = " failed" if block.get("is_error") else ""
            return f"[{kind.removesuffix('_tool_result')}{failed}: {_readable(block.get('content'))}]"
        case UnknownBlock(type="compaction"):
            return _readable(block.get("content") or "")
        case ThinkingBlock() | RedactedThinkingBlock():
            note("dropped", f"a block of type {block.type!r} outside of the model's own turns")
            return ""
        case _:
            note("as_text", f"a block of type {block.type!r} reached Gemini as JSON text")
            # A cache mark moves from turn to turn, and would spoil the prefix that Gemini caches.
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


def takes(media: tuple[str, ...], kind: str) -> bool:
    """Whether a MIME type is among those of a target."""
    return any(fnmatchcase(kind, pattern) for pattern in media)


def _raw(raw: Any, media: tuple[str, ...], note: Note) -> Iterator[Part]:
    """A block inside a document's source, where the request's own validation does not reach."""
    try:
        block = block_of(raw)
    except (AttributeError, ValueError):
        note("as_text", "an unreadable block inside a document reached Gemini as JSON text")
        yield from _text(_json(raw))
        return
    yield from parts_of(block, media, note)


def _text(text: str) -> Iterator[Part]:
    if text:
        yield {"text": text}


def _source(what: str, source: Mapping[str, Any], media: tuple[str, ...], note: Note) -> Iterator[Part]:
    match source.get("type"):
        case "base64":
            yield from _inline(what, source, media, note)
        case "text":
            yield from _text(str(source.get("data", "")))
        case "content":
            inner = source.get("content") or ()
            blocks = [{"type": "text", "text": inner}] if isinstance(inner, str) else inner
            for raw in blocks:
                yield from _raw(raw, media, note)
        case "url":
            note("as_text", f"a linked {what} reached Gemini as its address")
            yield from _text(f"[{what}: {source.get('url')}]")
        case "file":
            raise InvalidRequest(
                f"the file id {source.get('file_id')!r} cannot reach Gemini, which knows none of Anthropic's. "
                f"Send the {what}'s data (source.type base64) or its address (url)."
            )
        case other:
            note("as_text", f"a {what} with a source of type {other!r} cannot reach Gemini")
            yield from _text(f"[{what} that cannot be shown here: {other}]")


def _inline(what: str, source: Mapping[str, Any], media: tuple[str, ...], note: Note) -> Iterator[Part]:
    kind = str(source.get("media_type", "")).lower()
    kind = _SAME_TYPE.get(kind, kind)
    if takes(media, kind):
        data = str(source.get("data", ""))
        yield {"inlineData": {"mimeType": kind, "data": data.partition(",")[2] if data.startswith("data:") else data}}
    else:
        note("dropped", f"Gemini does not take {kind}, so it got a note in place of the {what}")
        yield from _text(f"[{what} of type {kind}, which this model cannot read]")
